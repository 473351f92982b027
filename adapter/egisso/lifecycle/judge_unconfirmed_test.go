package lifecycle

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// bare gives the protocol of an answer as the provider's cabinet does.
func bare(content []byte) []byte {
	return []byte(strings.NewReplacer(`<response xmlns="urn://egisso-ru/msg/10.10.I/1.0.3" xmlns:p=`, `<p:protocol xmlns:p=`, `><p:protocol>`, `>`, `</p:protocol></response>`, `</p:protocol>`).
		Replace(string(content)))
}

// TestAFileAboutAPackageTheBusHas: it needs a reason, says final outcomes only, and
// they are not confirmed.
func TestAFileAboutAPackageTheBusHas(t *testing.T) {
	accepted := bare(packageResult(testPackage, "3", counted, ""))
	for name, c := range map[string]struct {
		raw         []byte
		reason      string
		manual      bool
		refused     string
		unconfirmed bool
	}{
		"without a reason":       {accepted, "", false, refusedReasonless, false},
		"with a reason":          {accepted, "ответ потерялся", false, "", true},
		"of manual exchange":     {accepted, "", true, "", false},
		"returned as a whole":    {bare(protocolOf(`<p:messageResult><p:receivingTime>2023-02-01T10:00:05+03:00</p:receivingTime><p:processingTime>2023-02-01T10:00:05+03:00</p:processingTime><p:errors><p:error><p:message>нет</p:message></p:error></p:errors></p:messageResult>`)), "проверено", false, refusedReturned, false},
		"not final":              {bare(packageResult(testPackage, "2", "", "")), "проверено", false, refusedUnfinished, false},
		"not final, of a manual": {bare(packageResult(testPackage, "2", "", "")), "", true, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			find := func(id uuid.UUID) (*FilePackage, error) {
				return &FilePackage{AnsweredPackage: AnsweredPackage{ID: id, Register: egisso.RegisterFact, State: "queued", Members: []uuid.UUID{first, second}},
					Manual: c.manual, Left: true}, nil
			}
			v, _, refused, err := JudgeFile(ProtocolFile{ID: "sha256:1", PackageID: testPackage, Raw: c.raw, Reason: c.reason, ImportedBy: "petrova"}, find)
			if err != nil || refused != c.refused || refused == "" && (v.FromFile != "") != c.unconfirmed {
				t.Fatalf("refused %q, from file %q: %v", refused, v.FromFile, err)
			}
			if c.unconfirmed && (!strings.Contains(v.Review, "petrova") || !strings.Contains(v.Review, c.reason) || !strings.Contains(v.Info, "не подтвердила")) {
				t.Errorf("review %q, info %q", v.Review, v.Info)
			}
		})
	}
}

// TestTheWordOfTheBusAboutOutcomesFromAFile: it is asked about these alone, and a
// person hears where they differ.
func TestTheWordOfTheBusAboutOutcomesFromAFile(t *testing.T) {
	const oneRejected = `<r:recordNum>2</r:recordNum><r:recordNumSuccess>1</r:recordNumSuccess>`
	content := func(c []byte) *Said { return &Said{Kind: SaidContent, Content: c} }
	both := map[uuid.UUID]State{first: Accepted, second: Accepted}
	for name, c := range map[string]struct {
		unconfirmed map[uuid.UUID]State // the others the bus accepted
		answer      *Said
		settled     map[uuid.UUID]State
		told        bool
	}{
		"confirms":            {both, content(packageResult(testPackage, "3", counted, "")), both, false},
		"differs about one":   {both, content(packageResult(testPackage, "3", oneRejected, rejectedRecord(second.String()))), map[uuid.UUID]State{first: Accepted, second: Rejected}, true},
		"is not final":        {both, content(packageResult(testPackage, "2", "", "")), nil, false},
		"cannot be read":      {both, content([]byte("<x/>")), nil, false},
		"never had it":        {both, &Said{Kind: SaidRefused}, map[uuid.UUID]State{first: "", second: ""}, true},
		"is about one only":   {map[uuid.UUID]State{second: Accepted}, content(packageResult(testPackage, "3", oneRejected, rejectedRecord(second.String()))), map[uuid.UUID]State{second: Rejected}, true},
		"a refusal too late":  {map[uuid.UUID]State{second: Accepted}, &Said{Kind: SaidRefused}, nil, false},
		"an intermediate one": {both, &Said{Kind: SaidStatus}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			pkg := &AnsweredPackage{ID: testPackage, State: "answered", Result: PackageAccepted, RecordCount: 2, Register: egisso.RegisterFact, Members: []uuid.UUID{first, second},
				Decided: map[uuid.UUID]State{first: Accepted, second: Accepted}, Undecided: map[uuid.UUID]bool{}, Unconfirmed: c.unconfirmed}
			v := Judge(c.answer, pkg)
			if len(v.Settled) != len(c.settled) || strings.Contains(v.Review, "расходится с протоколом, загруженным из файла") != c.told {
				t.Errorf("settled %v, review %q", v.Settled, v.Review)
			}
			for id, outcome := range c.settled {
				if got, ok := v.Settled[id]; !ok || got != outcome {
					t.Errorf("settled %v, want %v", v.Settled, c.settled)
				}
			}
			if len(c.settled) == 0 && (v.Info != "" || v.Result != "" || v.Failed) {
				t.Errorf("the file's outcome is replaced by %+v", v)
			}
		})
	}
}
