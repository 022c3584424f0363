#include "config.h"

#include "intake/intake_lexicon.h"
#include "intake/intake_talk.h"
#include "base/check.h"

#include <string.h>

/*
 * What is out of reach. Ten points or more are a wish of their own; below that
 * it may be a side wish of something that can be made, which is then left out.
 * `instead` is what a visitor would have to say for the near thing we can make.
 */
const struct intake_refusal intake_refusals[] = {
	{"12 login form, 12 registration form, 8 login, 8 log in, 8 sign up, 8 signup, "
	 "8 sign in, 8 user account, 8 password, 8 authentication, 8 register user, "
	 "8 user registration, 8 user management, 8 user profile, 12 login system, "
	 "12 login page, 12 password manager, 12 auth system",
	 "Accounts and logins need a server that keeps people's data, and the tools made here keep "
	 "none; everything without a login can be made.",
	 "No accounts and no login: everybody who opens the tool can use it.", NULL},
	{"8 database, 8 sql, 8 mysql, 8 postgres, 8 mongodb, 8 store data, 8 save data, "
	 "8 backend, 8 server side, 8 cloud storage, 8 store in cloud, 12 crud, 12 database app, "
	 "8 save .. history, 8 inventory management, 12 inventory system, 12 stock management, "
	 "8 sync .. devices",
	 "A database needs a server that runs all the time, which is out of reach here; a tool "
	 "that works with what you type in can be made.",
	 "No database: nothing is stored between visits or shared between devices.", NULL},
	{"12 order food, 12 order pizza, 12 customers can order, 10 order online, 12 web shop, "
	 "12 webshop, 12 online shop, 12 online store, 12 ecommerce, 12 e commerce, "
	 "12 shopping cart, 12 sell .. online, 12 web store, 12 marketplace, 12 shopify, "
	 "10 product catalog, 12 storefront, 8 accept orders, 8 take orders, 10 checkout page",
	 "A whole shop needs orders, payments and accounts on a server, which is out of reach "
	 "here; a price, discount or invoice calculator "
	 "for your shop can be made.",
	 "No ordering and no shopping cart.", "a discount calculator"},
	{"9 payment, 9 paypal, 9 stripe, 9 credit card payment, 9 accept payment, "
	 "9 take payment, 9 pay online, 9 subscriptions, 9 bitcoin wallet, 12 payment gateway, "
	 "12 payment system, 9 apple pay, -9 monthly payment, -9 loan payment, "
	 "-9 proof of payment, -9 payment confirmation, -9 payment plan, -9 mortgage payment, "
	 "-9 car payment, -9 down payment, -9 pay off",
	 "Taking payments needs a payment provider and a server, which is out of reach here; a "
	 "tool that works out an amount can be made.",
	 "No payments: it computes, it does not collect money.", "an invoice total calculator"},
	{"14 crm, 12 customer management, 12 customer relationship, 12 erp, "
	 "12 project management, 12 task management system, 12 jira, 12 trello, 12 helpdesk, "
	 "12 ticket system, 12 ticketing, 12 hr system, 12 payroll system, "
	 "12 accounting software, 12 bookkeeping, 12 point of sale, 12 pos system, 12 lms, "
	 "12 learning platform, 12 hospital management, 12 school management",
	 "A system for many users with stored records is out of reach here; a checklist, a form or "
	 "a calculator for one step of that work can be made.",
	 "No stored customer or project records.", NULL},
	{"12 booking, 12 appointment, 12 reservation, 12 scheduling app, 12 calendar app, "
	 "12 shared calendar, 10 calendar, 10 schedule, 12 doodle",
	 "Bookings and calendars need a server that many people write to, which is out of reach "
	 "here; a form that writes the booking as a text can be made.",
	 "No bookings and no shared calendar.",
	 "a form with name, date, time and notes that makes a booking request"},
	{"9 send email, 9 email it, 9 emails me, 9 send .. mail, 9 sends an email, 9 newsletter, "
	 "9 sms, 9 text message, 9 whatsapp, 9 push notification, 9 notification, 9 notify me, "
	 "9 send .. telegram, 12 mailing list, 12 email client, 9 send reminders, "
	 "9 email reminder, 9 send it to, 9 by email, 9 mails the, 9 and i get it, 9 sends it to me, 9 sends me",
	 "Sending mail or messages needs a server and an account, which is out of reach here; a "
	 "form that writes the text for you to send can be made.",
	 "It sends nothing: the result is shown for you to copy.",
	 "a form with name, subject and message that makes a letter"},
	{"12 scrape, 12 scraper, 12 scraping, 12 crawler, 12 crawl, 12 web scraper, "
	 "10 download .. website, 12 price tracker, 12 monitor .. website, 12 seo checker, "
	 "12 google results, 12 link checker, 12 uptime",
	 "Collecting things from other web sites is out of reach here: the tools work offline with "
	 "what you type in.",
	 "It fetches nothing from other web sites.", NULL},
	{"10 map, 10 gps, 12 google maps, 12 navigation app, 10 route planner, 10 my location, "
	 "10 nearby, 12 find .. near, 10 geolocation, 10 satellite, -10 mind map, -10 site map, "
	 "-10 sitemap, -10 road map",
	 "Maps and places need live data from a map service, which is out of reach here; a "
	 "distance, speed and time calculator can be made.",
	 "No maps and no location.", "a speed distance time calculator"},
	{"12 ai, 14 chatbot, 14 chat bot, 12 chatgpt, 12 gpt, 12 artificial intelligence, "
	 "12 machine learning, 12 llm, 12 neural, 10 openai, 12 virtual assistant, 12 translate, "
	 "12 translator, 12 translation, 10 summarize, 10 summarise, 12 grammar checker, "
	 "12 write .. essay, 12 essay writer, 10 recommend me, 12 story generator, "
	 "12 generate images, 12 speech to text, 12 text to speech, 12 voice assistant, "
	 "12 face recognition, 12 sentiment, 12 paraphrase, 12 plagiarism",
	 "Anything that needs a language model or other artificial intelligence is out of reach "
	 "here; a form that fills your words into a ready text can be made.",
	 "No artificial intelligence.", NULL},
	{"12 video game, 10 game, 12 snake, 12 tetris, 12 chess, 12 tic tac toe, 12 sudoku, "
	 "12 hangman, 12 minesweeper, 12 platformer, 12 multiplayer, 12 puzzle, 12 quiz, "
	 "12 trivia, 10 crossword, 12 flappy, 12 minecraft, 12 roblox, 10 casino, "
	 "10 slot machine, 12 poker, 12 solitaire, -8 game score, -8 score .. game, "
	 "-8 board game, -6 game night, -12 score keeper, -12 scorekeeper, -12 keep score, "
	 "-12 keeping score, -12 scoreboard",
	 "Games are out of reach here; a score counter or a turn timer for a game can be made.",
	 "It is no game.", "a score counter for two players"},
	{"10 app store, 10 play store, 10 google play, 12 ios app, 12 iphone app, "
	 "12 android app, 10 mobile app, 8 iphone, 8 android, 8 ipad, 12 apk, 8 smartphone app, "
	 "8 phone app, 12 react native, 12 flutter, -8 works on phone, -12 iphone battery",
	 "Apps for the stores of phones are out of reach here; the same tool as a web page that "
	 "also works on a phone can be made.",
	 "No app for a phone's store: the web page works in a phone's browser.", NULL},
	{"10 upload, 12 piano, 12 drum, 12 metronome, 12 music player, 12 synthesizer, "
	 "12 guitar, 12 meme, 12 palette, 12 logo maker, 12 resize image, 12 image editor, "
	 "12 photo editor, 12 compress images, 12 crop, 10 images, 10 photos, 12 pdf, "
	 "12 video editor, 10 videos, 12 mp3, 12 mp4, 12 youtube, 12 ocr, 12 scan, 12 excel, "
	 "12 spreadsheet, 12 csv, 12 word document, 12 docx, 12 powerpoint, "
	 "12 background remover, 12 watermark, 12 convert .. file, 10 file converter, 12 audio, "
	 "12 jpg, 12 png, 10 heic, 12 zip file, 12 gif, 10 qr code, 10 qr, 10 barcode, 10 chart, "
	 "10 graph, 10 draw, 10 drawing, -12 photo print, -12 print size, -12 audio book, "
	 "-12 download time, -10 write pdf, -10 video size, -10 video file size",
	 "Reading or making files such as pictures, PDF, sound or spreadsheets is out of reach "
	 "here; tools for plain text and numbers can be made.",
	 "It reads and makes no files such as pictures, PDF or spreadsheets.", NULL},
	{"18 live rate, 18 current exchange, 18 live exchange, 18 latest exchange, "
	 "18 real time exchange, 18 up to date rates, 18 todays rate, 18 live currency, "
	 "18 real time currency, 18 exchange rates from, 18 fetch .. rates, 18 daily exchange, "
	 "18 automatic exchange, 18 actual exchange",
	 "Live exchange rates need a data service, which is out of reach here; a currency "
	 "calculator where you type the rate yourself can be made.",
	 "No live exchange rates: you type the rate.", "a currency calculator with my own rate"},
	{"12 weather, 12 forecast, 13 stock price, 12 stock market, 12 crypto price, "
	 "12 bitcoin price, 12 live score, 12 news, 10 real time, 10 live data, "
	 "12 flight status, 12 train times, 12 bus times, 12 traffic, 10 live, 12 rss, "
	 "18 time zone, 18 timezone, 18 world clock, 12 share price, -10 live in, -10 we live, "
	 "-10 i live, -10 live music, -10 go live, -8 live preview, -8 live result, "
	 "-8 live update",
	 "Live data such as weather, prices, news or times elsewhere needs a data service, which "
	 "is out of reach here; a calculator with numbers that you type in can be made.",
	 "No live data: it works with what you type in.", NULL},
	{"12 api integration, 10 integrate, 10 integration, 10 connect .. google, "
	 "10 connect .. slack, 12 slack bot, 12 discord bot, 12 telegram bot, 12 bot, "
	 "10 google sheets, 10 zapier, 10 webhook, 12 rest api, 12 api, 12 browser extension, "
	 "12 chrome extension, 12 wordpress plugin, 12 plugin, 10 excel add, 10 facebook, "
	 "10 instagram, 10 twitter, 10 tiktok, 10 spotify",
	 "Connections to other services are out of reach here: the tools work on their own, "
	 "offline.",
	 "No connection to other services.", NULL},
	{"12 social network, 12 social media app, 12 dating, 12 forum, 12 chat room, "
	 "12 messenger, 12 chat app, 12 messaging app, 12 blog, 12 wiki, 12 uber, 12 airbnb, "
	 "12 netflix, 12 clone of, 12 clone, 12 portfolio site, 12 landing page, "
	 "12 company website, 12 website for my business, 12 homepage, 12 cms, 12 wordpress, "
	 "12 voting system, 12 survey platform, 10 survey, 10 poll, 10 comments section, "
	 "12 guestbook, 12 website builder, 12 restaurant website, 12 website for my restaurant, "
	 "10 multi user, 10 multiuser, 10 share with friends, 10 collaborate, 10 collaborative, "
	 "10 for several users at once",
	 "A site where many people write, read or share is out of reach here; one small tool for "
	 "one person at a time can be made.",
	 "For one person at a time: nothing is shared between users.", NULL},
	{"12 operating system, 12 compiler, 12 programming language, 12 vpn, 12 antivirus, "
	 "12 hack, 12 hacking, 12 crack, 12 malware, 12 virus, 12 keylogger, 12 ddos, "
	 "12 phishing, 12 ransomware, 12 exploit, 12 spyware, 12 blockchain, 12 smart contract, "
	 "12 trading bot, 12 mine bitcoin, 12 mining, 12 wifi password, 12 botnet, 12 brute force",
	 "That is no small tool of the kinds made here: calculators, converters, checklists, "
	 "counters, timers, forms and text tools.",
	 "Only what is listed above is included.", NULL},
	{"14 random, 14 password generator, 12 generate password, 14 dice, 12 roll .. dice, "
	 "14 coin flip, 14 coin toss, 14 flip .. coin, 12 name picker, 12 lottery, 12 lotto, "
	 "12 shuffle, 12 uuid, 12 lorem ipsum, 12 raffle, 12 wheel of, 12 spin .. wheel, "
	 "12 name generator, 12 pick .. winner, 12 secret santa, 12 decision maker, "
	 "-12 dice odds, -12 probability",
	 "Random choices such as dice, passwords or draws are not among the kinds of tool made "
	 "here yet; calculators, counters, checklists, timers, forms and text tools are.",
	 "Nothing random.", NULL},
	{"14 validator, 14 validation, 14 validate, 14 iban, 22 password strength, "
	 "22 password checker, 14 check .. password, 14 spell checker, 12 compare texts, "
	 "12 compare two texts",
	 "Checking passwords, numbers or texts against rules is not among the kinds of tool made "
	 "here yet; calculators, converters, forms and the usual text operations are.",
	 "It checks nothing against rules.", NULL},
	{"14 roman numeral, 14 binary number, "
	 "14 hex to decimal, 14 decimal to binary, 14 binary to decimal, 14 number base, "
	 "14 hexadecimal, 14 octal, 14 hex to rgb, 14 rgb to hex, 12 color picker, "
	 "12 colour picker, 14 color converter, 14 morse, 14 unix timestamp, 14 epoch, "
	 "12 json formatter, 12 json, 12 xml, 12 markdown, 12 regex, 12 md5, 12 sha256, 12 hash, "
	 "12 encrypt, 12 encryption, 12 diff, 12 cron, 12 minify, 12 html to, 14 ascii, "
	 "14 binary to text, 14 text to binary, 12 shoe size, 12 clothing size, 20 24 hour .. 12 hour, 20 12 hour .. 24 hour, "
	 "18 24 hour clock, 18 12 hour clock, 18 military time",
	 "Number bases, clock formats, colors, code formats and the like are not among the conversions made here "
	 "yet; converters of units and the usual text operations are.",
	 "No code formats, number bases or colors.", NULL},
	{"9 in spanish, 9 in german, 9 in french, 9 in finnish, 9 in swedish, 9 in italian, "
	 "9 in portuguese, 9 in dutch, 9 in polish, 9 in russian, 9 in chinese, 9 in japanese, "
	 "9 in arabic, -9 french press",
	 "The tools made here have English words; the same tool in English can be made.",
	 "Its own words are English.", NULL},
	{"12 income tax, 12 tax return, 12 tax declaration, 12 diagnose, 12 diagnosis, "
	 "12 legal advice, 12 symptoms, 12 medical advice, 12 will and testament",
	 "Tax returns, diagnoses and legal advice change with rules that we cannot check; a plain "
	 "calculation with rates that you enter can be made.",
	 "No tax, legal or medical advice.", NULL},
	{"9 habit tracker, 9 expense tracker, 9 budget tracker, 9 time tracker, 9 time tracking, "
	 "9 calorie tracker, 9 mood tracker, 9 workout tracker, 9 diary, 9 journal, "
	 "12 notes app, 12 note taking, 9 period tracker, 9 track .. expenses, "
	 "9 track .. habits, 9 expense app, 9 weight tracker, 9 track my, 9 log my, 9 tracker",
	 "Keeping a record over weeks needs stored data, which is out of reach here; a checklist "
	 "for one day, a counter or a budget calculator can be made.",
	 "It keeps no record over days or weeks.", NULL},
	{.phrases = NULL},
};

const char *intake_refusal_phrases(size_t row)
{
	return intake_refusals[row].phrases;
}

const struct intake_refusal *intake_best_refusal(const struct intake_text *t, int *ret_score)
{
	const struct intake_refusal *best = NULL;

	*ret_score = 0;
	for (size_t i = 0; intake_refusals[i].phrases != NULL; i++) {
		int score = intake_strongest(t, INTAKE_REFUSALS, i);

		if (score > *ret_score) {
			*ret_score = score;
			best = &intake_refusals[i];
		}
	}
	return best;
}

uint64_t intake_side_wishes(const struct intake_text *t)
{
	uint64_t set = 0;

	for (size_t i = 0; intake_refusals[i].phrases != NULL; i++)
		if (intake_strongest(t, INTAKE_REFUSALS, i) > 0)
			set |= UINT64_C(1) << i;
	return set;
}
