package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// sight is something that went wrong once, and the scenarios that would show it again.
type sight struct {
	id   string // section and place
	what string
	by   []string // scenarios
}

// seen is everything that went wrong on bad days before there was a scenario for it. What happens
// now is what its scenarios hold, besides the invariants of package judge.
var seen = []sight{
	{"1.1", "truncate and reload of a table of the МИС became as many invalidations, and then new facts", []string{"mis-reload", "mis-reload-late", "mass-settling"}},
	{"1.2", "a view without 4 % of its rows became invalidations", []string{"mis-part", "mis-half"}},
	{"1.3", "a key given to another man became an alteration of the first man's fact", []string{"mis-key", "mis-restored-keys"}},
	{"1.4", "rows that a restored МИС had lost were invalidated", []string{"mis-restored"}},
	{"1.5", "nothing held a mass change, and nobody was asked", []string{"mass-announced", "mass-held", "mass-dropped", "mass-deleted", "mass-creeping"}},

	{"2.1", "a forgotten prepared transaction of another database stopped collection, and everything was «готово»", []string{"mis-prepared"}},
	{"2.2", "a МИС that failed over, and whose numbers of transactions pass the cursor, lost changes until the night", []string{"mis-failover"}},
	{"2.3", "times of the МИС an hour off delayed changes until the night without a word", []string{"mis-late", "mis-zone"}},
	{"2.4", "two services with different settings shared a database without a word", []string{"settings-differ", "settings-contour"}},
	{"2.5", "a МИС in SQL_ASCII passed check, and every row was blocked", []string{"mis-ascii"}},

	{"3.1", "after the gateway's database was restored, emptied or failed over, records were refused as loaded already for ever", []string{"pg-older", "pg-emptied", "pg-standby-async", "pg-archive-older", "pg-archive-emptied", "pg-archive-standby"}},
	{"3.2", "after the release of a package that had arrived the same", []string{"late-answer-release", "protocol-file"}},
	{"3.3", "a protocol brought by hand for a released package was not applied", []string{"protocol-file"}},
	{"3.4", "records of packages whose answers were lost stood in the queue", []string{"no-answer", "late-answer"}},
	{"3.5", "a measure that was altered once went as a new one after the database was lost", []string{"pg-emptied", "pg-archive-emptied"}},
	{"3.6", "a region that transmitted already could not change over", []string{"take-over"}},
	{"3.7", "evidence was nowhere but in the database", []string{"pg-archive-emptied", "site-archive-full", "site-archive-moved"}},

	{"4.1", "a second gateway with a dead token, or a certificate nobody knows, took all work", []string{"neighbour-token", "neighbour-certificate"}},
	{"4.2", "messages signed with the old certificate were refused for ever after the key was changed", []string{"our-key"}},
	{"4.3", "answers refused while the bus's certificate was unknown were never looked at again", []string{"bus-certificate-refused", "bus-certificate"}},
	{"4.4", "a protocol file damaged once was given up", []string{"ftp-damaged", "ftp-login"}},
	{"4.5", "migrate beside a running gateway deadlocked and left a version half way", []string{"migrate-beside"}},
	{"4.6", "the old program closed answers as not read after the schema had moved", []string{"upgrade"}},
	{"4.7", "one failed upload of a neighbour put a package off for everybody", []string{"neighbour-ftp"}},
	{"4.8", "one failure stopped a register until every older package was answered, without a word", []string{"register-trial", "register-rests"}},

	{"5.1", "a firewall that passes PASV only", []string{"ftp-pasv"}},
	{"5.2", "a drop box that answers 550 to SIZE failed every upload", []string{"ftp-size"}},
	{"5.3", "PgBouncer in transaction mode: check was green, and serve failed", []string{"site-pgbouncer"}},
	{"5.4", "a hot standby as the gateway's database was «готово»", []string{"site-check", "pg-standby-sync", "pg-standby-async"}},
	{"5.5", "target_session_attrs=read-write could not work for the source", []string{"mis-failover"}},
	{"5.6", "a database in WIN1251 stopped migrate at a late step", []string{"site-check"}},
	{"5.7", "a BOM or blanks in a credential", []string{"site-check"}},
	{"5.8", "check was green with another path, the code of the example, our own certificate as the bus's, eleven days of certificate left", []string{"site-check", "site-certificate"}},

	{"6.1", "warnings of a record that was sent were shown nowhere", []string{"found-twins", "found-values"}},
	{"6.2", "СНИЛС of zeros, country 000, patronymic «-» or «нет», a passport older than its owner", []string{"found-values"}},
	{"6.3", "the first package of measures left before КМСЗ arrived, unchecked", []string{"found-kmsz-late", "found-kmsz-judges"}},
	{"6.4", "refusals that had been superseded were counted", []string{"found-superseded"}},
	{"6.5", "import-protocol of a file applied already printed an empty rest", []string{"protocol-file"}},

	{"7.1", "nothing was ever forgotten", []string{"keep-prune"}},

	{"8.1", "a formed package kept its old content: what was deleted after it was sent", []string{"settings-command"}},
	{"8.2", "titles of measures corrected before signing was switched on left as they were before", []string{"settings-switched-off"}},
	{"8.3", "sending by the clock was broken by wakes, a restart and the nightly reconciliation", []string{"settings-exports"}},
	{"8.4", "two gateways with databases of their own took each other's answers", []string{"two-databases"}},
	{"8.5", "a fact that names another provider's measure without saying so was refused", []string{"other-provider"}},
	{"8.6", "the watch of the certificate warned in the log only", []string{"site-certificate"}},
	{"8.7", "L-ACTUAL had no reason, a register that rests was not in status", []string{"facts-actual", "register-rests"}},
	{"8.8", "dictionaries were asked for whether they were needed or not, and a КМСЗ of the future was called active", []string{"kmsz-again"}},

	{"9.1", "after an older backup rows said accepted while ЕГИССО held other content; protocols that named our records lay unread", []string{"pg-older-answers", "pg-older"}},
	{"9.2", "after the cancellation of a fact refused as loaded already nothing said that ЕГИССО holds it", []string{"pg-older-cancelled"}},
	{"9.3", "a clock one day ahead on one of two gateways stopped the register", []string{"clock-ahead", "clock-behind"}},
	{"9.4", "one poisonous fact of a thousand took 44 refused packages, and sound changes waited", []string{"bus-poison"}},
	{"9.5", "a processed protocol without any number made a thousand facts accepted", []string{"protocol-without-numbers", "protocol-too-many"}},
	{"9.6", "a gateway stopped while reading held the source", []string{"mis-reader-stopped"}},
	{"9.7", "a long outage counted as failures, and the register rested when the bus was back", []string{"bus-long-outage"}},
	{"9.8", "with the database's clock behind the classifier was asked for in every round", []string{"pg-clock-classifier"}},
	{"9.9", "an unchanged КМСЗ was kept once for every request", []string{"kmsz-again"}},
	{"9.10", "packages whose answer did not come were not among those that need attention", []string{"protocol-file"}},
	{"9.11", "a tampered answer could not be cleared", []string{"bus-tampered"}},
	{"9.12", "the classifier and an answer being applied locked each other out", []string{"kmsz-again"}},
	{"9.13", "check was green while no answer could be verified", []string{"bus-tampered"}},
	{"9.14", "after our certificate was changed the text still said to register it", []string{"our-key-doubt"}},

	{"10.1", "a folder of the archive that was moved away took evidence that nobody finds again", []string{"site-archive-moved"}},
	{"10.2", "small changes were held for a day after an announced mass change", []string{"mass-announced"}},
	{"10.3", "a clock of the database's server that was ahead for seconds put packages off for a day", []string{"pg-clock-jumps", "pg-clock-falls"}},
}

// seenBy are the ids of what a scenario would show again.
func seenBy(name string) (ids []string) {
	for _, s := range seen {
		if slices.Contains(s.by, name) {
			ids = append(ids, s.id)
		}
	}
	return ids
}

// writeSeen writes the table of what was seen: which scenarios would show it, and what holds in them.
func writeSeen(w io.Writer) {
	holds := map[string]string{}
	for _, s := range scenarios {
		holds[s.Name] = cmp.Or(s.Holds, "it ends as if nothing had been: "+s.Happens)
	}
	fmt.Fprintln(w, "| № | Seen once | Scenario: what holds now |\n| --- | --- | --- |")
	for _, s := range seen {
		var now []string
		for _, name := range s.by {
			now = append(now, "`"+name+"`: "+holds[name])
		}
		fmt.Fprintf(w, "| %s | %s | %s |\n", s.id, s.what, strings.Join(now, "<br>"))
	}
}
