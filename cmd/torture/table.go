package main

import (
	"slices"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/filestore"
	"egissogw/cmd/torture/world"
)

// scenarios are all bad days there are: these, and those beside the plays of their kind.
var scenarios = slices.Concat(commonScenarios, massScenarios, siteScenarios, sourceScenarios, keepScenarios, foundScenarios, askedScenarios, lastScenarios, smallScenarios)

// commonScenarios are those whose plays are in several files. What must hold in each is the list of
// invariants of package judge; Holds adds to it. What happens is in the file
// play_*.go of its kind.
var commonScenarios = []Scenario{
	// Processes that die (play_kill.go).
	{
		Name: "kill-1", Facts: 7000, Gateways: 1, Defects: true, Limit: long,
		Happens: "a gateway is killed at random again and again while the МИС changes",
		Play:    fresh(randomKills(100, 6)),
	},
	{
		Name: "kill-2", Facts: 7000, ShortFacts: 150, Gateways: 2, Defects: true, Short: true, Limit: long,
		Happens: "two gateways are killed at random again and again while the МИС changes",
		Play:    fresh(randomKills(100, 6)),
	},
	{
		Name: "kill-4", Facts: 7000, Gateways: 4, Defects: true, Limit: long,
		Happens: "four gateways are killed at random again and again while the МИС changes",
		Play:    fresh(randomKills(100, 6)),
	},
	{
		Name: "crash-points", Facts: 400, ShortFacts: 100, Gateways: 1, Limit: 15 * time.Minute,
		Happens: "a gateway kills itself at each point of points.go in turn",
		Holds:   "each point is reached",
		Builds:  []string{world.Crash}, World: crashWorld, Play: crashPoints,
	},
	{
		Name: "freeze", Facts: 2000, ShortFacts: 60, Gateways: 2, Short: true,
		Happens: "one of two gateways is stopped for longer than its lease, and woken",
		Play:    fresh(freezes(6, 1)),
	},
	{
		Name: "signing-off", Facts: 1000, Gateways: 2,
		Happens: "the signing service is switched off and on again and again",
		Play:    fresh(switches),
	},

	// Databases (play_postgres.go).
	{
		Name: "pg-stop", Facts: 2000, ShortFacts: 100, Gateways: 2, Short: true,
		Happens: "the gateway's server ends at once, without a checkpoint, again and again",
		World:   apart, Play: fresh(stops(ownServer, 10, 1)),
	},
	{
		Name: "pg-mis-stop", Facts: 2000, Gateways: 2,
		Happens: "the server of the МИС ends at once, again and again",
		World:   apart, Play: fresh(stops(misServer, 10, 2)),
	},
	{
		Name: "pg-terminate", Facts: 2000, ShortFacts: 100, Gateways: 2,
		Happens: "all connections of the gateways are cut again and again",
		Play:    fresh(terminated),
	},
	{
		Name: "pg-connections", Facts: 1000, Gateways: 2,
		Happens: "somebody takes every connection the server has",
		World:   both(apart, fewConnections), Play: fresh(withoutConnections),
	},
	{
		Name: "pg-locks", Facts: 1000, Gateways: 2,
		Happens: "somebody locks every table of the gateway for seconds",
		Play:    fresh(locked),
	},
	{
		Name: "pg-full", Facts: 2000, Gateways: 1, Needs: []need{root},
		Happens: "the disk of the gateway's server is full for a while, again and again",
		World:   both(apart, smallDisk), Play: fresh(fullDisk),
	},
	{
		Name: "pg-standby-sync", Facts: 500, Gateways: 2,
		Happens: "the gateway's server is lost and its synchronous standby promoted",
		Asks:    "an administrator tells the gateways the new address",
		World:   apart, Play: accepted(failover(true)),
	},
	{
		Name: "pg-standby-async", Facts: 500, Gateways: 2, Resent: true,
		Happens: "the gateway's server is lost and a standby that lags behind promoted",
		Asks:    "an administrator tells the gateways the new address",
		World:   both(apart, explained), Play: accepted(failover(false)),
	},
	{
		Name: "pg-older", Facts: 500, Gateways: 1, Resent: true,
		Happens: "the gateway's database is restored from an older dump",
		World:   both(apart, explained), Play: accepted(olderDump),
	},
	{
		Name: "pg-emptied", Facts: 300, ShortFacts: 60, Gateways: 1, Resent: true,
		Happens: "the gateway's database is lost and made anew",
		Holds:   "status asks for the code of each organisation whose application was decided before",
		Asks:    "a person writes the code of the organisation, as the cabinet shows it, into the МИС",
		World:   both(apart, explained), Play: accepted(codesTyped(emptied)),
	},
	{
		Name: "pg-archive-standby", Facts: 500, Gateways: 2, Resent: true,
		Happens: "the gateway's server is lost, a standby that lags behind promoted, and what it lacks brought back from the archive",
		Asks:    "an administrator tells the gateways the new address and says recover",
		World:   both(apart, archived), Play: accepted(recovered(failover(false))),
	},
	{
		Name: "pg-archive-older", Facts: 500, Gateways: 1, Resent: true,
		Happens: "the gateway's database is restored from an older dump, and what it lacks brought back from the archive",
		Asks:    "an administrator says recover",
		World:   both(apart, archived), Play: accepted(recovered(olderDump)),
	},
	{
		Name: "pg-archive-emptied", Facts: 300, ShortFacts: 60, Gateways: 1, Resent: true,
		Happens: "the gateway's database is lost, made anew and brought back from the archive",
		Asks:    "an administrator says recover",
		World:   both(apart, archived), Play: accepted(recovered(emptied)),
	},
	{
		Name: "pg-clock-ahead", Facts: 300, Gateways: 2, Needs: []need{fakeTime},
		Happens: "the clock of the gateway's server is a day ahead",
		World:   otherDatabaseClock(day), Play: accepted(trouble()),
	},
	{
		Name: "pg-clock-behind", Facts: 300, Gateways: 2, Needs: []need{fakeTime},
		Happens: "the clock of the gateway's server is a day behind",
		World:   otherDatabaseClock(-day), Play: accepted(trouble()),
	},
	{
		Name: "pg-clock-jumps", Facts: 100, Gateways: 2, Needs: []need{fakeTime},
		Happens: "the clock of the gateway's server is a day ahead for some seconds, while the bus is away",
		Holds:   "nothing waits until the day is over",
		Still:   40 * time.Second, World: jumpingClock, Play: accepted(clockJumps(day)),
	},
	{
		Name: "pg-clock-falls", Facts: 100, Gateways: 2, Needs: []need{fakeTime},
		Happens: "the clock of the gateway's server is a day behind for some seconds, while the bus is away",
		Holds:   "nothing waits until the day is over",
		Still:   40 * time.Second, World: jumpingClock, Play: accepted(clockJumps(-day)),
	},

	// The bus (play_bus.go).
	{
		Name: "bus-down", Facts: 1000, ShortFacts: 100, Gateways: 2,
		Happens: "the bus is not there, in three ways",
		Still:   80 * time.Second, Play: fresh(busDown),
	},
	{
		Name: "bus-silent", Facts: 1000, Gateways: 2,
		Happens: "the bus takes calls and says nothing",
		World:   with("EGISSOGW_SMEV_TIMEOUT=1s"),
		Play:    fresh(trouble(smevtest.Rule{On: "*", Times: 40, Delay: smevtest.Duration(3 * time.Second)})),
	},
	{
		Name: "bus-slow", Facts: 1000, Gateways: 2,
		Happens: "replies of the bus come in small pieces",
		Play:    fresh(trouble(smevtest.Rule{On: "*", Times: 200, Piece: 700, Pace: smevtest.Duration(20 * time.Millisecond)})),
	},
	{
		Name: "bus-lying", Facts: 1000, ShortFacts: 100, Gateways: 2, Short: true,
		Happens: "a third of all calls meet garbage, cut and damaged replies, repeated, late and strange answers",
		Play:    fresh(lying(0.3)),
	},
	{
		Name: "bus-restarted", Facts: 1000, ShortFacts: 100, Gateways: 2,
		Happens: "the bus ends and comes back again and again, with all it remembers",
		Play:    fresh(restarts),
	},
	{
		Name: "bus-late", Facts: 300, Gateways: 1,
		Happens: "answers come twice, late, and behind newer ones",
		Play: fresh(trouble(
			smevtest.Rule{On: "SendRequest", Times: 20, Twice: true, AnswerDelay: smevtest.Duration(4 * time.Second)},
			smevtest.Rule{On: "GetResponse", Times: 40, Newest: true, Duplicate: true})),
	},
	{
		Name: "no-answer", Facts: 300, Gateways: 2, Resent: true,
		Happens: "answers are lost, and their packages go again when the term is over",
		World:   both(explained, with("EGISSOGW_ANSWER_RESEND=4")), Play: accepted(noAnswer),
	},
	{
		Name: "late-answer", Facts: 300, Gateways: 2, Resent: true,
		Happens: "answers come when their packages have gone again because the term was over",
		Still:   40 * time.Second,
		World:   both(explained, with("EGISSOGW_ANSWER_RESEND=4")), Play: accepted(lateAnswer),
	},
	{
		Name: "late-answer-release", Facts: 300, Gateways: 2, Resent: true,
		Happens: "a person releases packages without an answer, the МИС removes and changes what is in them, and then the answers come",
		Asks:    "a person releases the packages",
		Still:   40 * time.Second,
		World:   explained, Play: accepted(releasedLate),
	},
	{
		Name: "bus-poison", Facts: 600, Gateways: 2,
		Happens: "three facts spoil every file they are in, and ЕГИССО does not say which",
		Holds:   "they are found alone, and nothing else is rejected",
		Asks:    "the МИС corrects the facts",
		World:   busWith(func(o *smevtest.Options) { o.Receiver.RefusesText = poison }), Play: poisoned,
	},
	{
		Name: "bus-certificate", Facts: 300, Gateways: 2,
		Happens: "the bus signs with a new key before anybody was told",
		Asks:    "an administrator configures the certificate",
		Play:    accepted(otherCertificate),
	},
	{
		Name: "bus-certificate-refused", Facts: 300, Gateways: 2,
		Happens: "the same, and answers nobody can verify are taken off the queue",
		Asks:    "an administrator configures the certificate",
		World:   with("EGISSOGW_SMEV_REFUSE_UNVERIFIED=true"), Play: accepted(otherCertificate),
	},
	{
		Name: "our-key", Facts: 300, Gateways: 1,
		Happens: "our key is exchanged while messages signed with the old one wait for the bus",
		Asks:    "an administrator installs the key",
		Play:    accepted(ourKeyChanged),
	},
	{
		Name: "bus-stranger", Facts: 100, Gateways: 1,
		Happens: "another participant of the bus answers a package in the place of ЕГИССО",
		Holds:   "its protocol is not believed",
		Asks:    "a person looks at the stranger's answer",
		Play:    accepted(strangersAnswer),
	},
	{
		Name: "protocol-without-numbers", Facts: 100, Gateways: 1, Resent: true,
		Happens: "a protocol says that a package was processed, and nothing else",
		Holds:   "nothing of the package counts as accepted until a person looked",
		Asks:    "a person looks at the package and lets its records go again",
		World:   explained, Play: accepted(oddProtocols("withoutNumbers")),
	},
	{
		Name: "protocol-too-many", Facts: 100, Gateways: 1, Resent: true,
		Happens: "a protocol names more successes than records",
		Holds:   "a person is asked to look",
		Asks:    "a person looks at the package and lets its records go again",
		World:   explained, Play: accepted(oddProtocols("tooManySuccesses")),
	},

	// The file storage (smevtest).
	{
		Name: "ftp-pasv", Facts: 200, Gateways: 1,
		Happens: "a firewall passes PASV only",
		World:   busWith(func(o *smevtest.Options) { o.NoEPSV, o.Answers = true, smevtest.AnswerFile }), Play: fresh(trouble()),
	},
	{
		Name: "ftp-size", Facts: 200, Gateways: 1,
		Happens: "the storage is a drop box that answers 550 to SIZE",
		World:   busWith(func(o *smevtest.Options) { o.NoSIZE = true }), Play: fresh(trouble()),
	},
	{
		Name: "ftp-drip", Facts: 300, Gateways: 1,
		Happens: "the storage takes and gives a few bytes at a time",
		World:   busWith(func(o *smevtest.Options) { o.Answers = smevtest.AnswerFile }),
		Play: fresh(trouble(
			smevtest.Rule{On: "STOR", Times: 10, Piece: 4000, Pace: smevtest.Duration(20 * time.Millisecond)},
			smevtest.Rule{On: "RETR", Times: 10, Piece: 20, Pace: smevtest.Duration(10 * time.Millisecond)})),
	},
	{
		Name: "ftp-login", Facts: 300, ShortFacts: 60, Gateways: 2, Short: true,
		Happens: "a login for a file is used up by a download that broke off",
		World:   busWith(oneUse),
		Play:    fresh(trouble(smevtest.Rule{On: "RETR", Times: 4, CutAfter: 100})),
	},
	{
		Name: "ftp-damaged", Facts: 300, Gateways: 1,
		Happens: "a file comes damaged once, after two downloads that broke off",
		World:   busWith(lateRedelivery),
		Play: fresh(trouble(
			smevtest.Rule{On: "RETR", Times: 2, CutAfter: 100}, smevtest.Rule{On: "RETR", Times: 1, Tamper: true})),
	},

	// The МИС (play_source.go).
	{
		Name: "mis-reload", Facts: 300, ShortFacts: 60, Gateways: 1,
		Happens: "the table of prescriptions is emptied and loaded again",
		Holds:   "nothing is removed in ЕГИССО",
		World:   with("EGISSOGW_SETTLE=20s"), Play: accepted(reloaded),
	},
	{
		Name: "mis-reload-late", Facts: 300, Gateways: 2,
		Happens: "the table of prescriptions is loaded again when its rows have long been missed",
		Holds:   "nothing is removed in ЕГИССО",
		World:   with(guarded), Play: accepted(reloaded),
	},
	{
		Name: "mis-restored", Facts: 300, Gateways: 1,
		Happens: "the МИС is restored from an older dump",
		Holds:   "what the dump has not is not removed in ЕГИССО without a person",
		Asks:    "a person says what becomes of the rows that are gone",
		World:   apart, Play: accepted(restored),
	},
	{
		Name: "mis-restored-keys", Facts: 300, Gateways: 2,
		Happens: "the МИС is restored from an older dump, and gives the keys it has lost to the prescriptions of other men",
		Holds:   "ЕГИССО does not hear of it before a person has decided",
		Asks:    "a person says of each that it is another prescription",
		World:   apart, Play: accepted(restoredKeys),
	},
	{
		Name: "mis-half", Facts: 300, ShortFacts: 60, Gateways: 1,
		Happens: "the view shows half of the facts while everything is reconciled",
		Holds:   "nothing is removed in ЕГИССО",
		World:   with(guarded, "EGISSOGW_SETTLE=1s"), Play: accepted(halfShown("row_key::bigint % 2 = 0")),
	},
	{
		Name: "mis-part", Facts: 1000, ShortFacts: 1000, Gateways: 1, // fewer than the guard bears would be hidden of less
		Happens: "the view hides one fact of thirty while everything is reconciled",
		Holds:   "nothing is removed in ЕГИССО",
		World:   with(guarded, "EGISSOGW_SETTLE=1s"), Play: accepted(halfShown("row_key::bigint % 30 <> 0")),
	},
	{
		Name: "mis-key", Facts: 100, Gateways: 1,
		Happens: "two keys are given to the prescriptions of other men",
		Holds:   "ЕГИССО does not hear of it before a person has decided",
		Asks:    "a person says what each change means: another prescription, or a corrected one",
		Play:    accepted(keyReused),
	},
	{
		Name: "mis-prepared", Facts: 100, Gateways: 1,
		Happens: "somebody forgets a prepared transaction in a neighbouring database",
		Holds:   "check or status names it",
		Play:    accepted(forgottenTransaction),
	},
	{
		Name: "mis-zone", Facts: 200, Gateways: 1,
		Happens: "the МИС is moved to another time zone",
		World:   apart, Play: accepted(otherZone),
	},
	{
		Name: "mis-clock-ahead", Facts: 200, Gateways: 1, Needs: []need{fakeTime},
		Happens: "the clock of the server of the МИС is a day ahead",
		World:   otherMISClock(day), Play: accepted(trouble()),
	},
	{
		Name: "mis-clock-behind", Facts: 200, Gateways: 1, Needs: []need{fakeTime},
		Happens: "the clock of the server of the МИС is a day behind",
		World:   otherMISClock(-day), Play: accepted(trouble()),
	},
	{
		Name: "mis-huge-texts", Facts: 200, Gateways: 1,
		Happens: "the МИС has texts of ten megabytes",
		Holds:   "they are held with a reason, all else goes on",
		Asks:    "the МИС corrects the texts",
		Still:   90 * time.Second, Play: fresh(hugeTexts),
	},
	{
		Name: "mis-busy-row", Facts: 100, ShortFacts: 60, Gateways: 2, Short: true,
		Happens: "one prescription changes a hundred times in a second",
		Play:    fresh(busyRow),
	},
	{
		Name: "mis-everything", Facts: 100_000, Gateways: 2, Limit: 90 * time.Minute,
		Happens: "a hundred thousand prescriptions change in one transaction",
		Play:    accepted(everything),
	},

	// Settings (play_settings.go).
	{
		Name: "settings-differ", Facts: 200, Gateways: 2,
		Happens: "two gateways share a database, and their settings differ in what is sent",
		Holds:   "the difference is named while it lasts",
		Play:    accepted(differingSettings),
	},
	{
		Name: "settings-contour", Facts: 200, Gateways: 2,
		Happens: "a gateway of a test contour is given the database of one that is not",
		Holds:   "it ends at once and sends nothing",
		Play:    accepted(otherContour),
	},
	{
		Name: "settings-command", Facts: 400, Gateways: 1,
		Happens: "packages are formed on command, the МИС goes on, and then they are sent",
		Holds:   "what was removed before its package was signed never leaves",
		World:   onCommand, Play: fresh(sourceGoesOn),
	},
	{
		Name: "settings-exports", Facts: 400, Gateways: 1, Limit: 8 * time.Minute, Still: 80 * time.Second,
		Happens: "facts leave once a minute, while the gateway is killed and reconciles",
		Holds:   "they leave in exports only",
		World:   everyMinute, Play: fresh(betweenExports),
	},

	// Another program before this one (play_takeover.go).
	{
		Name: "take-over", Facts: 300, Gateways: 2,
		Happens: "the region transmitted by another program: the views say what ЕГИССО has, and the МИС changes while the gateways are put in",
		Holds:   "nothing that is there is sent again",
		Play:    accepted(takenOver),
	},

	// Two gateways of which one is wrong (play_neighbour.go).
	{
		Name: "neighbour-token", Facts: 200, Gateways: 2,
		Happens: "the second gateway cannot sign",
		Within:  3 * lease, World: usualPauses, Play: neighbour(deadToken),
	},
	{
		Name: "neighbour-ftp", Facts: 200, Gateways: 2,
		Happens: "the second gateway has a wrong password for the file storage",
		Within:  3 * lease, World: usualPauses, Play: neighbour(wrongFTPPassword),
	},
	{
		Name: "neighbour-certificate", Facts: 200, Gateways: 2,
		Happens: "the bus does not know the certificate of the second gateway",
		Within:  3 * lease, World: usualPauses, Play: neighbour(unknownCertificate),
	},
	{
		Name: "clock-ahead", Facts: 200, Gateways: 2,
		Happens: "the clock of the second gateway is a day ahead for a while",
		Builds:  []string{world.Clock}, Play: otherClock(day),
	},
	{
		Name: "clock-behind", Facts: 200, Gateways: 2,
		Happens: "the clock of the second gateway is a day behind for a while",
		Builds:  []string{world.Clock}, Play: otherClock(-day),
	},
	{
		Name: "migrate-beside", Facts: 500, Gateways: 2,
		Happens: "migrate runs again and again beside running gateways",
		Play:    fresh(migrations),
	},
	{
		Name: "upgrade", Facts: 500, Gateways: 2, Needs: []need{formerProgram},
		Happens: "migrate runs beside a gateway of another commit (--former), and one of this commit beside it",
		Builds:  []string{world.Former}, World: former, Play: accepted(upgrade),
	},

	// Much work (play_month.go).
	{
		Name: "month", Facts: 2_000, Gateways: 1, Limit: 3 * time.Hour,
		Happens: "thirty days' packages and reconciliations, as fast as they go",
		World:   with("EGISSOGW_PACKAGE_RECORDS=2"), Play: accepted(month),
	},
}

const day = 24 * time.Hour

// lateRedelivery brings an answer again after a while only, and leaves its login good.
func lateRedelivery(o *smevtest.Options) {
	o.Answers, o.Logins, o.RedeliverAfter = smevtest.AnswerFile, filestore.Logins{Keep: true}, 20*time.Second
}

// oneUse lets every login for a file end with its first use.
func oneUse(o *smevtest.Options) {
	o.Answers, o.Logins = smevtest.AnswerFile, filestore.Logins{FirstUse: true}
}
