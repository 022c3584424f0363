#include "config.h"

#include "intake/intake_lexicon.h"
#include "intake/intake_letters.h"

#include <string.h>

#define LINE(name, label)                                                    \
	{                                                                    \
		name, label, "", "", SPEC_LINE, true, false, false, 0, 0, 0, \
		{                                                            \
			NULL                                                 \
		}                                                            \
	}
#define LONG(name, label)                                                        \
	{                                                                        \
		name, label, "", "", SPEC_LONGTEXT, true, false, false, 0, 0, 0, \
		{                                                                \
			NULL                                                     \
		}                                                                \
	}
#define TODAY(name, label)                                                        \
	{                                                                         \
		name, label, "", "today", SPEC_DATE, true, false, false, 0, 0, 0, \
		{                                                                 \
			NULL                                                      \
		}                                                                 \
	}
#define DAY(name, label)                                                     \
	{                                                                    \
		name, label, "", "", SPEC_DATE, true, false, false, 0, 0, 0, \
		{                                                            \
			NULL                                                 \
		}                                                            \
	}
#define AMOUNT(name, label)                                                     \
	{                                                                       \
		name, label, "", "", SPEC_NUMBER, true, true, true, 0, 1e12, 0, \
		{                                                               \
			NULL                                                    \
		}                                                               \
	}
#define END                  \
	{                    \
		.name = NULL \
	}

const struct intake_letter intake_letters[] = {
	{"14 thank you letter, 12 thank you, 12 thank you note, 10 thanks letter, "
	 "8 letter of thanks",
	 "Thank-you letter", "Fills in a short letter of thanks.",
	 (const struct spec_input[]){TODAY("date", "Date"), LINE("name", "Name"),
				     LONG("gift", "What you are thankful for"),
				     LINE("sender", "Your name"), END},
	 "{date}\n\nDear {name},\n\nthank you very much for {gift}. It means a lot to me.\n\nWarm "
	 "regards\n{sender}"},

	{"14 meeting notes, 14 minutes of meeting, 14 meeting minutes, 12 meeting summary, "
	 "10 meeting protocol, 8 meeting report",
	 "Meeting notes", "Turns the key points of a meeting into tidy notes.",
	 (const struct spec_input[]){
		 LINE("meeting", "Meeting"), TODAY("date", "Date"), LINE("people", "Who was there"),
		 LONG("topics", "What was discussed"), LONG("decisions", "What was decided"),
		 LONG("tasks", "Who does what until when"), END},
	 "Meeting notes: {meeting}\nDate: {date}\nPresent: "
	 "{people}\n\nDiscussed\n{topics}\n\nDecided\n{decisions}\n\nTo do\n{tasks}"},

	{"14 complaint, 12 letter of complaint, 10 complain, 8 claim letter", "Complaint letter",
	 "Writes a firm and polite complaint about a product or service.",
	 (const struct spec_input[]){TODAY("date", "Date"), LINE("company", "Company"),
				     LINE("product", "Product or service"),
				     DAY("bought", "Bought on"), LONG("problem", "What is wrong"),
				     LINE("wish", "What you ask for"), LINE("sender", "Your name"),
				     END},
	 "{date}\n\nTo {company}\n\nComplaint about {product}\n\nDear Sir or Madam,\n\non {bought} "
	 "I bought {product} from you. "
	 "Unfortunately there is a problem:\n\n{problem}\n\nI ask you for the following: {wish}. "
	 "Please answer within 14 days.\n\n"
	 "Yours faithfully\n{sender}"},

	{"14 cover letter, 14 application letter, 12 job application, 10 letter of application, "
	 "8 motivation letter",
	 "Cover letter", "Writes a short application for a job.",
	 (const struct spec_input[]){
		 TODAY("date", "Date"), LINE("company", "Company"), LINE("position", "Position"),
		 LONG("strengths", "What you bring along"), LINE("reason", "Why this company"),
		 LINE("sender", "Your name"), END},
	 "{date}\n\nTo {company}\n\nApplication for {position}\n\nDear Sir or Madam,\n\nyour "
	 "opening for {position} fits me well. "
	 "I bring along:\n\n{strengths}\n\nI would like to work for you because {reason}. I look "
	 "forward to meeting you.\n\n"
	 "Kind regards\n{sender}"},

	{"14 resignation, 12 quit .. job, 12 letter of resignation, 8 notice letter",
	 "Resignation letter", "Writes a resignation with the last working day.",
	 (const struct spec_input[]){TODAY("date", "Date"), LINE("company", "Company"),
				     LINE("manager", "Manager"), LINE("position", "Position"),
				     DAY("last", "Last working day"), LINE("sender", "Your name"),
				     END},
	 "{date}\n\nTo {company}\n\nDear {manager},\n\nI resign from my position as {position}. My "
	 "last working day is {last}.\n\n"
	 "Thank you for the time together; I will hand over my work in good order.\n\nKind "
	 "regards\n{sender}"},

	{"14 invitation, 12 invite, 12 inviting, 10 birthday invitation, 10 party invitation",
	 "Invitation", "Writes an invitation with place and time.",
	 (const struct spec_input[]){LINE("guest", "Guest"), LINE("occasion", "Occasion"),
				     DAY("date", "Date"), LINE("time", "Time"),
				     LINE("place", "Place"), DAY("reply", "Answer until"),
				     LINE("sender", "Your name"), END},
	 "Dear {guest},\n\nyou are warmly invited to {occasion}.\n\nWhen: {date}, {time}\nWhere: "
	 "{place}\n\n"
	 "Please let me know by {reply} whether you can come.\n\nBest wishes\n{sender}"},

	{"14 receipt, 10 proof of payment, 10 payment confirmation", "Receipt",
	 "Writes a receipt for a payment.",
	 (const struct spec_input[]){LINE("number", "Receipt number"), TODAY("date", "Date"),
				     LINE("payer", "Received from"), AMOUNT("amount", "Amount"),
				     LINE("currency", "Currency"), LINE("purpose", "For"),
				     LINE("sender", "Received by"), END},
	 "Receipt {number}\nDate: {date}\n\nReceived from: {payer}\nAmount: {amount} "
	 "{currency}\nFor: {purpose}\n\nReceived by: {sender}"},

	{"12 invoice form, 12 invoice generator, 12 invoice template, 10 invoice maker, "
	 "9 invoice, 8 bill template, -14 invoice total, -14 invoice calculator, -12 calculate",
	 "Invoice", "Fills in a simple invoice and adds the tax.",
	 (const struct spec_input[]){
		 LINE("number", "Invoice number"), TODAY("date", "Date"),
		 LINE("customer", "Customer"), LINE("service", "Service or goods"),
		 AMOUNT("quantity", "Quantity"), AMOUNT("price", "Price of one"),
		 AMOUNT("rate", "Tax rate in per cent"), LINE("currency", "Currency"),
		 LINE("account", "Account"), LINE("sender", "Your name"), END},
	 "Invoice {number}\nDate: {date}\n\nFrom: {sender}\nTo: "
	 "{customer}\n\n{service}\n{quantity} at {price} {currency}\n\n"
	 "Net: {net} {currency}\nTax: {tax} {currency}\nTotal: {total} {currency}\n\nPlease pay "
	 "within 14 days to {account}."},

	{"14 agenda, 12 meeting agenda, 10 meeting plan", "Meeting agenda",
	 "Writes the agenda of a meeting.",
	 (const struct spec_input[]){LINE("meeting", "Meeting"), DAY("date", "Date"),
				     LINE("time", "Time"), LINE("place", "Place"),
				     LINE("people", "Who comes"),
				     LONG("topics", "Topics, one on each line"), END},
	 "Agenda: {meeting}\nWhen: {date}, {time}\nWhere: {place}\nWith: "
	 "{people}\n\nTopics\n{topics}"},

	{"14 recommendation letter, 14 reference letter, 12 letter of recommendation, "
	 "12 letter of reference",
	 "Letter of recommendation", "Writes a recommendation for a person.",
	 (const struct spec_input[]){
		 TODAY("date", "Date"), LINE("name", "Name"), LINE("role", "Role"),
		 LINE("time", "How long you know each other"), LONG("strengths", "Strengths"),
		 LINE("sender", "Your name"), END},
	 "{date}\n\nTo whom it may concern\n\nI have known {name} for {time} as "
	 "{role}.\n\n{strengths}\n\n"
	 "I recommend {name} without reservation.\n\nKind regards\n{sender}"},

	{"14 out of office, 12 auto reply, 12 absence message, 10 away message, "
	 "10 vacation message",
	 "Out-of-office message", "Writes a message for your absence.",
	 (const struct spec_input[]){DAY("from", "Away from"), DAY("until", "Away until"),
				     LINE("deputy", "Who helps meanwhile"),
				     LINE("contact", "Contact"), LINE("sender", "Your name"), END},
	 "Thank you for your message.\n\nI am away from {from} until {until} and will answer when "
	 "I am back. "
	 "If it is urgent, please write to {deputy} ({contact}).\n\nKind regards\n{sender}"},

	{"14 apology, 12 sorry letter, 12 apologize, 10 say sorry", "Apology letter",
	 "Writes a sincere apology.",
	 (const struct spec_input[]){
		 TODAY("date", "Date"), LINE("name", "Name"), LONG("event", "What happened"),
		 LINE("repair", "What you will do about it"), LINE("sender", "Your name"), END},
	 "{date}\n\nDear {name},\n\nI am sorry for what happened: {event}\n\nI will {repair}. "
	 "Please forgive me.\n\nKind regards\n{sender}"},

	{"14 rent notice, 14 cancel .. lease, 12 terminate .. lease, 12 lease termination, "
	 "12 move out notice, 12 tenancy",
	 "Notice to the landlord", "Gives notice for a rented home.",
	 (const struct spec_input[]){TODAY("date", "Date"), LINE("landlord", "Landlord"),
				     LINE("address", "Address of the home"),
				     DAY("end", "End of the tenancy"), LINE("sender", "Your name"),
				     END},
	 "{date}\n\nDear {landlord},\n\nI give notice for the home at {address} with effect from "
	 "{end}.\n\n"
	 "Please confirm this in writing and suggest a day for handing over the keys.\n\nKind "
	 "regards\n{sender}"},

	{"14 cancellation, 12 cancel .. contract, 12 cancel .. subscription, "
	 "12 cancel .. membership, 10 cancellation letter",
	 "Cancellation letter", "Cancels a contract or a membership.",
	 (const struct spec_input[]){
		 TODAY("date", "Date"), LINE("company", "Company"),
		 LINE("contract", "Contract or membership"), LINE("number", "Customer number"),
		 DAY("end", "End of the contract"), LINE("sender", "Your name"), END},
	 "{date}\n\nTo {company}\n\nCancellation of {contract}, customer number {number}\n\nDear "
	 "Sir or Madam,\n\n"
	 "I cancel {contract} with effect from {end}, or else at the next possible date. Please "
	 "confirm in writing.\n\nKind regards\n{sender}"},

	{"12 birthday greeting, 12 birthday card, 12 greeting card, 12 birthday wishes, "
	 "10 congratulation",
	 "Greeting card", "Writes a short greeting for an occasion.",
	 (const struct spec_input[]){LINE("name", "Name"), LINE("occasion", "Occasion"),
				     LONG("wish", "Your wishes"), LINE("sender", "Your name"), END},
	 "Dear {name},\n\nall the best for {occasion}!\n\n{wish}\n\nYours\n{sender}"},

	{"14 resume, 14 cv, 14 curriculum vitae, 12 resume builder", "Resume",
	 "Turns your answers into a tidy resume.",
	 (const struct spec_input[]){
		 LINE("name", "Name"), LINE("contact", "Address, phone and email"),
		 LONG("profile", "About you in two sentences"),
		 LONG("experience", "Experience, newest first"), LONG("education", "Education"),
		 LONG("skills", "Skills and languages"), END},
	 "{name}\n{contact}\n\nProfile\n{profile}\n\nExperience\n{experience}\n\nEducation\n{"
	 "education}\n\nSkills\n{skills}"},

	{.phrases = NULL},
};

const char *intake_letter_phrases(size_t row)
{
	return intake_letters[row].phrases;
}

/* The invoice is the one text that computes. */
void intake_letter_outputs(const struct intake_letter *k, struct spec *s)
{
	static const struct spec_output invoice[] = {
		{"net", "Net", "", "quantity * price", SPEC_AS_MONEY, 2},
		{"tax", "Tax", "", "net * rate / 100", SPEC_AS_MONEY, 2},
		{"total", "Total", "", "net + tax", SPEC_AS_MONEY, 2},
	};

	if (strcmp(k->title, "Invoice") != 0)
		return;
	memcpy(s->outputs, invoice, sizeof(invoice));
	s->outputs_n = sizeof(invoice) / sizeof(invoice[0]);
}
