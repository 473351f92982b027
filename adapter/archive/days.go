package archive

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Day is the files that were begun on one day (UTC).
type Day struct {
	Date  time.Time
	Files []string
}

// Days returns the days of a folder that have files, the first one first. Folders that are not
// named by a day are passed over.
func Days(folder string) (days []Day, err error) {
	files, err := Files(folder)
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		date, err := time.Parse(time.DateOnly, filepath.Base(filepath.Dir(name)))
		if err != nil {
			continue
		}
		if len(days) == 0 || !days[len(days)-1].Date.Equal(date) {
			days = append(days, Day{Date: date})
		}
		last := &days[len(days)-1]
		last.Files = append(last.Files, name)
	}
	return days, nil
}

// Remove deletes a file, and the folder of its day if it is empty then. One that is gone
// already is no error.
func Remove(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	day := filepath.Dir(name)
	if left, err := os.ReadDir(day); err != nil || len(left) > 0 {
		return err
	}
	return os.Remove(day)
}

// Find returns the first entry of that kind and id in files begun within two days before a moment or
// a day after it, in all of them if the moment is zero; found is false if none of them has it. What
// is damaged is passed over.
func Find(kind Kind, id string, at time.Time, files ...string) (e Entry, found bool, err error) {
	for _, name := range files {
		if from := begun(name); !at.IsZero() && (from.Before(at.Add(-48*time.Hour)) || from.After(at.Add(24*time.Hour))) {
			continue
		}
		for e, err := range Read(name) {
			var damage *DamageError
			switch {
			case errors.As(err, &damage):
			case err != nil:
				return Entry{}, false, err
			case e.Kind == kind && e.ID == id:
				return e, true, nil
			}
		}
	}
	return Entry{}, false, nil
}
