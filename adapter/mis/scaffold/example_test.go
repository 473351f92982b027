package scaffold_test

import (
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/adapter/mis/scaffold"
)

// TestExampleSuggests: of the second МИС it knows the tables and what their names say, asks for
// every column, and what it leaves open is told by the problems of writing it.
func TestExampleSuggests(t *testing.T) {
	c := catalog(t, connect(t))
	text := scaffold.Example(c)
	for _, want := range []string{
		"\nfact.table=lgota.naznachenie\n", "\nfact.key=nomer_zapisi\n", "\nfact.join.chelovek=registr.chelovek id=t.chelovek\n",
		"\nfact.receiver_snils=chelovek.snils\n", "\nfact.receiver_family_name=chelovek.fam\n", "\nfact.receiver_gender=chelovek.pol {'м'=Male, 'ж'=Female}\n",
		"\nfact.receiver_birth_date=chelovek.DataRozhd\n", "\nfact.decision_date=data_resh format 'DD.MM.YYYY'\n", "\nfact.date_start=s_kakogo\n",
		"\nlocal_measure.table=lgota.mera\n", "\nlocal_measure.kbk=kbk\n", "\nlocal_measure.territories=oktmo\n", "\n#onmsz.table=lgota.organizaciya\n",
		"\n#local_measure.categories.table=lgota.mera_kategoriya mera=t.id\n", "\n#fact.reason_persons.table=lgota.rodnya naznachenie=t.nomer_zapisi\n",
		"\n#local_measure.categories.needsCriteria.table=\n", "# СНИЛС получателя (text, обязательно)\n", "\n#organization.table=\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the example has no %q", want)
		}
	}
	for _, register := range egisso.Registers() {
		for _, column := range mis.Columns(register)[1:] {
			if name := mis.ViewName(register) + "." + column.Name; column.Type != mis.Transaction && !strings.Contains(text, "\n"+name) && !strings.Contains(text, "\n#"+name) {
				t.Errorf("the example does not ask for %s", name)
			}
		}
	}
	_, err := write(c, text)
	if err == nil {
		t.Fatal("what is left open is not asked for")
	}
	for line := range strings.Lines(err.Error()) {
		if !strings.Contains(line, "обязательных данных") {
			t.Errorf("the example makes a mistake: %s", line)
		}
	}
	if strings.Count(err.Error(), "\n") > 12 {
		t.Errorf("the example leaves much open:\n%s", err)
	}
	if text != scaffold.Example(c) {
		t.Error("another example of the same catalogue")
	}
}
