package world

import (
	"fmt"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest/receiver"
)

// moreMeasures make a КМСЗ as large as one whose content is kept apart.
const moreMeasures = 4000

// UseKMSZ has ЕГИССО answer with another version of the КМСЗ, a large one, which begins on a
// day: it is active if that is over, or published. The dictionaries stay.
func (b *Bus) UseKMSZ(version int, begins time.Time) error {
	status := 5
	if begins.After(time.Now()) {
		status = 3
	}
	var documents [][]byte
	for _, name := range []string{"010.xml", "022.xml", "023.xml"} {
		document, err := kmsz.ReadFile("kmsz/" + name)
		if err != nil {
			return fmt.Errorf("read the classifier: %w", err)
		}
		documents = append(documents, document)
	}
	var more strings.Builder
	for i := range moreMeasures {
		fmt.Fprintf(&more, "<q4:MSZ><q4:code>%04d</q4:code><q4:name>Мера %d</q4:name></q4:MSZ>", 5000+i, i)
	}
	documents[0] = []byte(strings.NewReplacer(
		">7</q3:version_num>", fmt.Sprintf(">%d</q3:version_num>", version),
		">5</q3:version_status>", fmt.Sprintf(">%d</q3:version_status>", status),
		">2020-08-01T03:00:00+03:00<", ">"+begins.Format("2006-01-02T15:04:05Z07:00")+"<",
		"</q4:reestrMSZ>", more.String()+"</q4:reestrMSZ>",
	).Replace(string(documents[0])))
	c, err := receiver.ReadClassifier(documents...)
	if err != nil {
		return err
	}
	b.UseClassifier(c)
	return nil
}
