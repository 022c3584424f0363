# The roof: the three programs. Libraries in the order of the floors, rooms
# from the highest to the lowest, because each only looks down.
LIB_ROOMS = libsupport.a libbilling.a libchat.a libartifact.a libverify.a libworker.a librepo.a libtask.a librun.a \
	libintake.a libspec.a libdecide.a libusage.a libplan.a libmodel.a libevent.a libidentity.a
LIB_FLOORS = libwork.a libport.a libbase.a

bin_PROGRAMS += bus bus-fcgi bus-reaper
bus_SOURCES = %D%/bus.c %D%/verbs.c %D%/table_verbs.c %D%/demo_verb.c %D%/routes.c %D%/passes.c %D%/tables.h
bus_LDADD = $(LIB_ROOMS) libweb.a libreap.a libcli.a $(LIB_FLOORS) $(LIBS_PORT)
bus_fcgi_SOURCES = %D%/fcgi.c %D%/routes.c
bus_fcgi_LDADD = $(LIB_ROOMS) libweb.a $(LIB_FLOORS) $(LIBS_PORT)
bus_reaper_SOURCES = %D%/reaper.c %D%/passes.c
bus_reaper_LDADD = $(LIB_ROOMS) libreap.a $(LIB_FLOORS) $(LIBS_PORT)
