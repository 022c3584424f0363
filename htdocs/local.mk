# The portal: static files, served as they are; and the printed document.
nobase_dist_pkgdata_DATA += htdocs/index.html htdocs/openapi.json htdocs/assets/portal.css \
	htdocs/assets/api.js htdocs/assets/app.js htdocs/assets/card.js htdocs/assets/cards.js htdocs/assets/dom.js \
	htdocs/assets/feed.js htdocs/assets/link.js htdocs/assets/log.js htdocs/assets/outbox.js \
	htdocs/assets/status.js htdocs/assets/text.js htdocs/chat.html htdocs/assets/chat.js htdocs/assets/chat.css \
	htdocs/assets/text_chat.js htdocs/account.html htdocs/assets/account.css htdocs/assets/account.js \
	htdocs/assets/form.js htdocs/assets/plans.js htdocs/assets/signin.js htdocs/assets/text_account.js \
	htdocs/assets/markdown.js htdocs/assets/said.js htdocs/assets/shelf.js htdocs/vendor/marked.js \
	htdocs/vendor/purify.js htdocs/vendor/marked.LICENSE htdocs/vendor/dompurify.LICENSE \
	htdocs/vendor/SHA256SUMS htdocs/vendor/README.md
nobase_dist_pkgdata_DATA += conf/catalog.json conf/models.json conf/plans.json
EXTRA_DIST += conf/apache.conf conf/bus-fcgi.service conf/bus.conf.sample conf/bus.cron \
	conf/nginx.conf conf/production.conf
