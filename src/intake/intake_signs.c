#include "config.h"

#include "intake/intake_lexicon.h"

/*
 * Words that mean something in every conversation. A phrase is its weight and
 * its words; ".." stands for up to three others. Plurals and slips of the pen
 * are understood by themselves.
 */
static const char *const signs[] = {
	[SIGN_COMMON] =
		"1 about, 1 above, 1 across, 1 actually, 1 after, 1 again, 1 against, 1 almost, "
		"1 alone, 1 along, 1 already, 1 always, 1 among, 1 another, 1 anyone, "
		"1 anything, 1 apple, 1 around, 1 asked, 1 baby, 1 back, 1 bake, 1 basic, "
		"1 beach, 1 become, 1 before, 1 begin, 1 behind, 1 being, 1 below, 1 better, "
		"1 between, 1 beyond, 1 birds, 1 black, 1 board, 1 books, 1 bread, 1 break, "
		"1 bring, 1 brown, 1 build, 1 built, 1 busy, 1 cable, 1 called, 1 camera, "
		"1 carry, 1 catch, 1 chair, 1 change, 1 cheap, 1 cheese, 1 child, 1 class, "
		"1 clean, 1 clear, 1 clock, 1 close, 1 cloud, 1 coach, 1 coast, 1 coffee, "
		"1 comes, 1 coming, 1 could, 1 couple, 1 course, 1 cover, 1 create, 1 cross, "
		"1 dance, 1 doing, 1 doors, 1 draft, 1 dream, 1 drink, 1 drive, 1 during, "
		"1 early, 1 earth, 1 eight, 1 either, 1 empty, 1 enough, 1 enter, 1 every, "
		"1 exact, 1 extra, 1 faith, 1 false, 1 fancy, 1 fault, 1 field, 1 fifty, "
		"1 final, 1 first, 1 fixed, 1 floor, 1 focus, 1 force, 1 forth, 1 forty, "
		"1 found, 1 fresh, 1 friend, 1 front, 1 fruit, 1 gives, 1 glass, 1 going, "
		"1 grand, 1 great, 1 green, 1 group, 1 guess, 1 guest, 1 happy, 1 having, "
		"1 heart, 1 heavy, 1 hello, 1 helps, 1 house, 1 human, 1 image, 1 issue, "
		"1 juice, 1 knife, 1 known, 1 large, 1 later, 1 laugh, 1 learn, 1 leave, "
		"1 light, 1 little, 1 local, 1 lunch, 1 magic, 1 match, 1 maybe, 1 might, "
		"1 mind, 1 model, 1 moment, 1 month, 1 morning, 1 mostly, 1 mother, 1 mouth, "
		"1 movie, 1 music, 1 never, 1 night, 1 noise, 1 north, 1 novel, 1 nurse, "
		"1 offer, 1 often, 1 older, 1 onion, 1 order, 1 other, 1 ought, 1 paper, "
		"1 party, 1 passport, 1 peace, 1 phone, 1 photo, 1 piece, 1 pilot, 1 place, "
		"1 plain, 1 plane, 1 plant, 1 plate, 1 please, 1 power, 1 pride, 1 prize, "
		"1 proof, 1 proud, 1 quick, 1 quiet, 1 quite, 1 radio, 1 rather, 1 reach, "
		"1 ready, 1 really, 1 right, 1 river, 1 round, 1 route, 1 scale, 1 scene, "
		"1 school, 1 sense, 1 serve, 1 seven, 1 shape, 1 share, 1 sharp, 1 sheet, "
		"1 shirt, 1 shoes, 1 short, 1 should, 1 shown, 1 simple, 1 since, 1 sleep, "
		"1 small, 1 smart, 1 smile, 1 solid, 1 solve, 1 sorry, 1 sound, 1 south, "
		"1 space, 1 speak, 1 spend, 1 sport, 1 staff, 1 stage, 1 stand, 1 start, "
		"1 state, 1 still, 1 stock, 1 stone, 1 store, 1 story, 1 study, 1 stuff, "
		"1 style, 1 sugar, 1 super, 1 sweet, 1 table, 1 taken, 1 taste, 1 teach, "
		"1 thank, 1 their, 1 there, 1 these, 1 thing, 1 think, 1 third, 1 those, "
		"1 three, 1 throw, 1 tiger, 1 tight, 1 title, 1 today, 1 tooth, 1 touch, "
		"1 towel, 1 tower, 1 track, 1 trade, 1 train, 1 treat, 1 trial, 1 truck, "
		"1 trust, 1 truth, 1 under, 1 until, 1 upper, 1 usual, 1 value, 1 video, "
		"1 visit, 1 voice, 1 wants, 1 watch, 1 wheel, 1 where, 1 which, 1 while, "
		"1 white, 1 whole, 1 whose, 1 woman, 1 women, 1 world, 1 would, 1 write, "
		"1 wrong, 1 young, 1 yourself, 1 whether, 1 county, 1 country, 1 center, "
		"1 former, 1 farmer, 1 patent, 1 parent, 1 saving",
	[SIGN_LIGHT] = "1 a, 1 an, 1 the, 1 my, 1 our, 1 your, 1 some, 1 this, 1 that, 1 of, "
		"1 each, 1 its, 1 their, 1 his, 1 her, 1 these, 1 those",
	[SIGN_NO] = "1 no, 1 not, 1 without, 1 dont, 1 doesnt, 1 never, 1 nor, 1 isnt, 1 arent, "
		"1 wont, 1 cannot, 1 instead of, 1 rather than, 1 neither, 1 minus",
	[SIGN_NEED] =
		"1 need, 1 want, 1 any, 1 have, 1 require, 1 use, 1 using, 1 include, 1 be, "
		"1 for, 1 to, 1 in, 1 as, 1 on, 1 or, 1 really, 1 user, 1 must, 1 should",
	[SIGN_CALCULATOR] = "1 calculator, 1 calc, 1 estimator, 1 calculater, 1 tool calculate, 1 app calculate, "
		"1 something calculate, 1 tool to calculate, 1 app to calculate, 1 program calculate",
	[SIGN_CALCULATE] =
		"1 calculator, 1 calculate, 1 calculating, 1 calculation, 1 calc, 1 compute, "
		"1 computing, 1 estimate, 1 estimator, 1 work out, 1 working out, 1 figure out, "
		"1 how much, 1 how many, 1 how long, 1 tells me, 1 know, 1 find out, "
		"1 determine, 1 add up",
	[SIGN_CONVERT] = "1 converter, 1 convert, 1 converting, 1 conversion, 1 convertor, "
		"1 unit converter, 1 turns, 1 change units, 1 switch between",
	[SIGN_CHECKLIST] =
		"12 checklist, 12 what to pack, 10 things to do, 12 check list, 12 to do list, "
		"12 todo list, 12 todo, 12 packing list, 12 shopping list, 10 bucket list, "
		"10 reading list, 10 inventory list, 10 gift list, 10 wish list, 10 guest list, "
		"12 grocery list, 12 task list, 12 tick list, 10 tick off, 10 check off, "
		"10 list of things, 8 list of, 7 list, 8 task, -20 mailing list, -20 price list, "
		"-20 waiting list, -12 sort .. list, -12 list sorter, -8 word list",
	[SIGN_COUNTER] =
		"12 counter, 12 tally, 12 clicker, 10 score keeper, 10 scorekeeper, "
		"12 scoreboard, 10 keep score, 10 count up, 10 track of score, 10 counts, "
		"10 counting, -20 word count, -20 character count, -20 count .. word, "
		"-20 count .. character, -20 count .. letter, -20 word counter, "
		"-20 character counter, -20 letter counter, -20 line counter, -20 word frequency, -8 how many days, "
		"-20 count .. line, -20 count down, -20 count .. sentence, -8 counter argument, "
		"-6 kitchen counter, -8 over the counter",
	[SIGN_TIMER] = "12 timer, 12 countdown, 12 count down, 12 stopwatch, 12 stop watch, "
		"14 pomodoro, 12 interval timer, 8 alarm, 10 tabata, 8 hiit, 6 remind me, 4 every .. minute, 4 every .. hour, "
		"-20 timer job, -8 countdown to, -12 days until",
	[SIGN_FORM] =
		"12 form, 12 letter, 10 template, 8 generator, 8 fill in, 8 fill out, "
		"8 certificate, 6 document, 8 generates .. text, 6 writes, 6 makes .. letter, "
		"-20 form factor, -20 password generator, -20 number generator, "
		"-14 letter count, -8 capital letter, -8 letter case",
	[SIGN_TEXT] = "11 text tool, 10 text, 8 text editor, 8 string, 4 paste, "
		"8 case converter, -20 text message, -20 text me, -8 thank you text, "
		"-10 text adventure",
	[SIGN_STOPWATCH] = "1 stopwatch, 1 stop watch, 1 count up timer, 1 lap timer",
	[SIGN_POMODORO] = "1 pomodoro, 1 focus timer, 1 pomodoro technique",
	[SIGN_WEB] = "1 web page, 1 webpage, 1 web site, 1 website, 1 web app, 1 webapp, "
		"1 web tool, 1 web based, 1 web, 1 online, 1 in browser, 1 browser, 1 html, "
		"1 site, 1 internet page, 1 single page, 1 web application",
	[SIGN_BINARY] =
		"1 binary, 1 executable, 1 exe, 1 command line, 1 commandline, 1 cli, 1 desktop, "
		"1 desktop app, 1 desktop application, 1 program, 1 programme, 1 native, "
		"1 terminal, 1 standalone, 1 console, 1 install on, -1 binary number, "
		"-1 to binary, -1 binary to, -1 tv program, -1 training program, "
		"-1 workout program, -1 program manager, -1 program fee",
	[SIGN_DOWNLOAD] = "1 download, 1 downloadable, 1 offline app, -9 download time, "
		"-9 download speed, -9 how long .. download, -9 download take",
	[SIGN_WORKS_ON] = "1 works on, 1 runs on, 1 usable on, 1 open on, 1 works in, 1 runs in, "
		"1 compatible with, 1 working on",
	[SIGN_WINDOWS] =
		"1 for windows, 1 on windows, 1 under windows, 1 windows 10, 1 windows 11, "
		"1 windows 7, 1 windows version, 1 windows program, 1 windows exe, "
		"1 windows binary, 1 windows computer, 1 windows laptop, 1 windows pc, "
		"1 windows app, 1 windows desktop, 1 windows download, 1 windows machine, "
		"1 windows user, 1 windows and mac, 1 mac and windows, 1 mac or windows, "
		"1 windows or mac, 1 windows mac, 1 mac windows, 1 linux windows, "
		"1 linux and windows, 1 windows and linux, 1 windows linux, 1 windows too, "
		"1 windows also, 1 also windows, 1 add windows, 1 windows as well, "
		"1 windows please, 1 win10, 1 win11, 1 exe, 1 ms windows, 1 microsoft windows, "
		"-9 windows and door, -9 door and windows, -9 windows doors, -9 clean windows, "
		"-9 blind, -9 curtain",
	[SIGN_MAC] = "1 mac, 1 macos, 1 mac os, 1 macbook, 1 osx, 1 os x, 1 imac, 1 m1 mac, "
		"1 apple silicon, 1 apple computer, 1 darwin, -9 mac and cheese, -9 big mac",
	[SIGN_LINUX] = "1 linux, 1 ubuntu, 1 debian, 1 fedora, 1 linux mint",
	[SIGN_ARM] = "1 raspberry, 1 raspberry pi, 1 raspi, 1 arm64, 1 aarch64, 1 linux arm, "
		"-9 raspberry jam, -9 raspberry pie, -9 raspberry tart",
	[SIGN_BARE_PLATFORM] = "1 windows",
	[SIGN_INTEL_MAC] = "1 intel mac, 1 mac intel, 1 intel macbook, 1 old mac, 1 older mac",
	[SIGN_YES] =
		"1 yes, 1 yep, 1 yeah, 1 sure, 1 ok, 1 okay, 1 fine, 1 good, 1 great, 1 perfect, "
		"1 thanks, 1 thank you, 1 looks good, 1 go ahead, 1 do it, 1 do that, 1 please, "
		"1 sounds good, 1 that works, 1 works for me, 1 correct, 1 exactly, 1 right, "
		"1 lets go, 1 approved, 1 approve, 1 love it, 1 like it, 1 nice, 1 cool, "
		"1 alright, 1 then, 1 is fine, 1 thats fine, 1 build it, 1 make it, 1 start, "
		"1 go, 1 looks, 1 very",
	[SIGN_WHATEVER] =
		"1 whatever, 1 anything, 1 you choose, 1 you decide, 1 dont care, 1 dont know, "
		"1 do not know, 1 no idea, 1 not sure, 1 up to you, 1 surprise me, 1 default, "
		"1 use default, 1 dunno, 1 idk, 1 no preference, 1 any, 1 doesnt matter, "
		"1 pick one, 1 your choice, 1 you pick, 1 standard, 1 usual, 1 im, 1 happy",
	[SIGN_ADD] = "1 add, 1 also, 1 include, 1 plus, 1 append, 1 and also, 1 put, "
		"1 additionally, 1 as well, 1 too, 1 one more, 1 insert, 1 more item",
	[SIGN_REMOVE] =
		"1 remove, 1 delete, 1 drop, 1 without, 1 take out, 1 take away, 1 leave out, "
		"1 get rid of, 1 skip, 1 exclude, 1 no need for, 1 dont need, 1 no",
	[SIGN_NAME] =
		"1 call it, 1 name it, 1 title it, 1 called, 1 named, 1 titled, "
		"1 title should be, 1 title is, 1 name should be, 1 rename it to, 1 rename it, "
		"1 rename to, 1 change title to, 1 change name to, 1 with title, 1 title to be, "
		"1 title :, 1 its name is, 1 set title to, 1 call this",
	[SIGN_EDIT] = "1 and, 1 count by, 1 count up to, 1 count from, 1 step of, 1 start from, "
		"1 make it, 1 make them, 1 set, 1 change, 1 use, 1 let it, 1 it should, "
		"1 increase, 1 decrease, 1 instead, 1 default, 1 start at, 1 it must, "
		"1 should be, 1 make the",
	[SIGN_STOP] =
		"1 i, 1 id, 1 im, 1 ill, 1 we, 1 us, 1 me, 1 you, 1 it, 1 he, 1 she, 1 they, "
		"1 need, 1 want, 1 would, 1 like, 1 love, 1 looking, 1 please, 1 make, 1 making, "
		"1 made, 1 build, 1 create, 1 creating, 1 write, 1 develop, 1 design, 1 give, "
		"1 get, 1 have, 1 has, 1 can, 1 could, 1 should, 1 shall, 1 will, 1 may, 1 must, "
		"1 let, 1 do, 1 does, 1 is, 1 are, 1 be, 1 been, 1 was, 1 to, 1 for, 1 with, "
		"1 without, 1 and, 1 or, 1 but, 1 if, 1 in, 1 on, 1 at, 1 by, 1 as, 1 from, "
		"1 into, 1 so, 1 then, 1 than, 1 which, 1 who, 1 what, 1 how, 1 when, 1 where, "
		"1 while, 1 using, 1 use, 1 used, 1 just, 1 only, 1 really, 1 very, 1 also, "
		"1 too, 1 not, 1 no, 1 yes, 1 tool, 1 app, 1 application, 1 applet, 1 web, "
		"1 website, 1 webapp, 1 page, 1 site, 1 online, 1 offline, 1 browser, 1 program, "
		"1 software, 1 utility, 1 widget, 1 gadget, 1 script, 1 binary, 1 desktop, "
		"1 cli, 1 go, 1 golang, 1 tiny, 1 small, 1 simple, 1 little, 1 nice, 1 quick, "
		"1 basic, 1 easy, 1 minimal, 1 mini, 1 cool, 1 good, 1 great, 1 new, 1 free, "
		"1 single, 1 one, 1 something, 1 thing, 1 hi, 1 hello, 1 hey, 1 dear, 1 someone, "
		"1 anyone, 1 possible, 1 maybe, 1 perhaps, 1 kind, 1 type, 1 there, 1 here, "
		"1 show, 1 help, 1 helping, 1 allow, 1 work, 1 run, 1 about, 1 out, 1 up, "
		"1 containing, 1 contains, 1 including, 1 includes, 1 having, 1 such, 1 eg, "
		"1 etc, 1 calculate, 1 calculating, 1 compute, 1 convert, 1 track, 1 keep, "
		"1 now, 1 actually, 1 instead, 1 another, 1 other, 1 fast, 1 pretty, 1 clean, "
		"1 modern, 1 beautiful, 1 html, 1 windows, 1 mac, 1 linux, 1 add, 1 put, 1 say",
	[SIGN_GO] = "1 items, 1 contains, 1 containing, 1 including, 1 includes, 1 with, "
		"1 such as, 1 like, 1 these, 1 things, 1 entries, 1 following, 1 things like",
	[SIGN_THAT] = "1 that, 1 which, 1 so that, 1 then, 1 and makes, 1 and creates, "
		"1 and generates, 1 and produces, 1 and i get, 1 and we get, 1 and i receive, 1 to make, 1 to generate, 1 to create, "
		"1 to produce, 1 makes, 1 generates, 1 creates, 1 produces, 1 it should",
};

_Static_assert(sizeof(signs) / sizeof(signs[0]) == SIGNS, "each sign has its phrases");

const char *intake_sign_phrases(size_t row)
{
	return row < SIGNS ? signs[row] : NULL;
}
