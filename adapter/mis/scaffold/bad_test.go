package scaffold_test

import (
	"errors"
	"strings"
	"testing"

	"egissogw/adapter/mis/scaffold"
)

// mistakes are changes of the good answers, and what has to be said: where, what, what to do.
var mistakes = []struct{ old, new, want string }{
	{"fact.amount=summa if map.forma {1=true} | kolvo", "fact.amount=sumna", "fact.amount: в таблице lgota.naznachenie нет столбца sumna; есть nomer_zapisi, nomer"},
	{"fact.decision_date=data_resh format 'DD.MM.YYYY'", "fact.decision_date=summa", "столбец summa: тип money не приводится к date; назовите столбец с датой"},
	{"fact.decision_date=data_resh format 'DD.MM.YYYY'", "fact.decision_date=data_resh", "назовите формат: имя format 'DD.MM.YYYY'"},
	{"fact.date_start=s_kakogo", "fact.date_start='31.02.2025'", `"31.02.2025" — не date; исправьте`},
	{"fact.receiver_snils=chelovek.snils\n", "", "fact.receiver_snils: обязательных данных (СНИЛС получателя) нет; назовите столбец"},
	{"fact.receiver_snils=chelovek.snils\n", "fact.receiver_snils=-\n", "fact.receiver_snils: обязательных данных (СНИЛС получателя) нет"},
	{"local_measure.reasons.authority=organ\n", "", "local_measure.reasons.authority: обязательных данных нет"},
	{"local_measure.territories=oktmo\n", "", "local_measure.territories: обязательных данных (территории действия (ОКТМО)) нет"},
	{"fact.form=map.forma", "fact.form=map.forma\nfact.form='02'", "fact.form уже есть в строке"},
	{"fact.table=lgota.naznachenie", "fact.table=lgota.naznachenie\nfact.table=lgota.naznachenie", "fact.table уже есть в строке 71; оставьте один ответ"},
	{"fact.table=lgota.naznachenie", "fact.table=lgota.naznacheniya", "таблицы lgota.naznacheniya нет; проверьте имя"},
	{"fact.table=lgota.naznachenie", "fact.table=naznachenie", "таблица названа без схемы; пишется: схема.таблица"},
	{"fact.table=lgota.naznachenie", "facts.table=lgota.naznachenie", "fact.table: таблицы представления fact нет"},
	{"fact.table=lgota.naznachenie", "fact.table=lgota.naznachenie\nfact.recever=nomer", "fact.recever: такого вопроса нет"},
	{"fact.key=nomer_zapisi", "fact.key=nomer", "ключ nomer не уникален или может быть пуст: записи не различить; назовите первичный ключ или создайте уникальный индекс"},
	{"fact.key=nomer_zapisi", "", "fact.key: ключ записи не назван"},
	{"fact.key=nomer_zapisi", "fact.key=nomer + vid", "ключ не понят; ключ — один столбец"},
	{"fact.key=nomer_zapisi", "fact.key=sostoyanie", "тип enum lgota.sostoyanie не годится для ключа"},
	{"fact.join.chelovek=registr.chelovek id=t.chelovek", "fact.join.chelovek=registr.chelovek pol='м'", "нет уникального ключа по (pol): строк может найтись несколько, и ключ записи повторится"},
	{"fact.join.chelovek=registr.chelovek id=t.chelovek", "fact.join.chelovek=registr.chelovek id=t.nomer", ""},
	{"fact.join.chelovek=registr.chelovek id=t.chelovek", "fact.join.chelovek=registr.chelovek id=t.summa", "столбцы id (uuid) и summa (money) не сравнить; назовите столбцы одного типа"},
	{"fact.join.chelovek=registr.chelovek id=t.chelovek", "fact.join.chelovek=registr.chelovek id=zakaz.id", "таблица zakaz не присоединена; здесь есть t"},
	{"fact.join.chelovek=", "fact.join.t=", "fact.join.t: имя t уже занято; выберите другое"},
	{"fact.join.chelovek=", "fact.join.c=", "fact.join.c: имя c уже занято; выберите другое"},
	{"fact.receiver_gender=chelovek.pol {м=Male, ж=Female}", "fact.receiver_gender=chelovek.pol {муж=Male}", `у столбца pol не бывает значения "муж"; есть м, ж`},
	{"fact.receiver_gender=chelovek.pol {м=Male, ж=Female}", "fact.receiver_gender=chelovek.pol {м=Male, м=Female}", `значение "м" названо дважды`},
	{"fact.receiver_gender=chelovek.pol {м=Male, ж=Female}", "fact.receiver_gender=chelovek.pol {м=Male", "ответ обрывается: ожидается , или }"},
	{"fact.form=map.forma", "fact.form='02", "кавычка ' не закрыта"},
	{"fact.form=map.forma", "fact.form=map.forma; drop table lgota.naznachenie", `"drop" здесь лишнее`},
	{"fact.form=map.forma", "fact.form=current_user", "нет столбца current_user"},
	{"fact.form=map.forma", "fact.form=pg_sleep(1)", `"(" здесь лишнее`},
	{"time_zone=Asia/Yekaterinburg", "time_zone=Екатеринбург", "time_zone: такого часового пояса нет"},
	{"change_log=true", "change_log=да", "change_log: ответ не понят; пишется true или false"},
	{"change_log=true\n", "", "onmsz.changed_at: обязательных данных (время изменения) нет"},
	{"change_log=true", "change_log=true\nschema=a b", "schema: это не имя"},
	{"fact.changed_at=izmeneno", "fact.changed_at=izmeneno\nfact.changed_xid=nomer", "номер транзакции ведёт журнал изменений"},
	{"onmsz.table=lgota.organizaciya", "onmsz.table", "строка 8: нет знака ="},
	{"local_measure.documents.documentQ=kolvo", "local_measure.documents.documentQ=nomer", "в таблице lgota.mera_dokument нет столбца nomer"},
	{"local_measure.categories.table=lgota.mera_kategoriya mera=t.id", "local_measure.categories=id", "столбец id: тип bytea не приводится к jsonb с полями"},
	{"local_measure.forms_receive='[1]'", "local_measure.forms_receive='[1'", `"[1" — не jsonb`},
}

// TestBadAnswers: each mistake is told with its place and its remedy, and no SQL is made of it.
func TestBadAnswers(t *testing.T) {
	c, good := catalog(t, connect(t)), answers(t)
	for _, m := range mistakes {
		bad := strings.Replace(good, m.old, m.new, 1)
		if bad == good {
			t.Errorf("%q is not in the answers", m.old)
		}
		made, err := write(c, bad)
		var problems scaffold.Problems
		if m.want == "" {
			if err != nil {
				t.Errorf("%q: %v", m.new, err)
			}
			continue
		}
		if !errors.As(err, &problems) || made.SQL != "" || !strings.Contains(err.Error(), m.want) {
			t.Errorf("%q says\n%v\nwant %q", m.new, err, m.want)
		}
		for _, p := range problems {
			if p.Where == "" || p.What == "" || p.Advice == "" {
				t.Errorf("%q: %+v says not all", m.new, p)
			}
		}
	}
}

// hostile is a name that would end quotes, comments, code and statements.
const hostile = `x"; drop table lgota.naznachenie; --$egisso$ '`

// TestHostileNames: names and values of the МИС stay what they are.
func TestHostileNames(t *testing.T) {
	conn := connect(t)
	exec(t, conn, `alter table lgota.naznachenie rename column preparat to "x""; drop table lgota.naznachenie; --$egisso$ '";
		alter schema registr rename to "$egisso$""; --"`)
	text := strings.ReplaceAll(answers(t), "preparat + doza", `"`+strings.ReplaceAll(hostile, `"`, `""`)+`" + '''; drop table lgota.naznachenie; --$egisso$'`)
	text = strings.ReplaceAll(text, "registr.chelovek", `"$egisso$""; --".chelovek`) + "\nrole=\"a\"\"; $egisso$ '--\"\nschema=\"s\"\";--\"\nlog_schema=\"l$egisso$\"\n"
	made, err := write(catalog(t, conn), text)
	if err != nil {
		t.Fatal(err)
	}
	exec(t, conn, made.SQL)
	exec(t, conn, made.SQL)
	exec(t, conn, `update "$egisso$""; --".chelovek set otch = 'Иной'`)
	var facts, changes int
	if err := conn.QueryRow(t.Context(), `select (select count(*) from "s"";--".fact where content like '%; drop table lgota.naznachenie; --$egisso$'),
		(select count(*) from "l$egisso$".change where register = 'fact')`).Scan(&facts, &changes); err != nil || facts == 0 || changes != 13 { // one person is the reason of a fact, too
		t.Errorf("%d facts, %d changes: %v", facts, changes, err)
	}
	exec(t, conn, `drop owned by "a""; $egisso$ '--"; drop role "a""; $egisso$ '--"`)
}
