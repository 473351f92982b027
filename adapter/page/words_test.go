package page

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "collect the words of the texts there are")

// sources are where the texts stand that the gateway and the simulated ЕГИССО say.
var sources = []string{
	"../store/code/*.sql", "../../jobs/*.go", "../egisso/*.go", "../egisso/check/*.go", "../egisso/wire/*.go", "../egisso/lifecycle/*.go",
	"../mis/*.go", "../smev/*.go", "../smev/smevtest/receiver/*.go",
}

var russian = regexp.MustCompile(`\p{Cyrillic}+`)

// TestWords collects the list when asked to. What is new in a text and not in the list is
// shown as dots, and that is all: nothing fails.
func TestWords(t *testing.T) {
	if *update {
		found := map[string]bool{}
		for _, pattern := range sources {
			files, err := filepath.Glob(pattern)
			if err != nil || len(files) == 0 {
				t.Fatalf("%s: %v", pattern, err)
			}
			for _, file := range files {
				if strings.HasSuffix(file, "_test.go") {
					continue
				}
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				for _, word := range russian.FindAllString(string(text), -1) {
					if strings.ToUpper(word) != word || utf8.RuneCountInString(word) == 1 {
						word = strings.ToLower(word)
					}
					if !named(word) {
						found[word] = true
					}
				}
			}
		}
		list := "# Words of the gateway's texts, collected by words_test.go.\n" + strings.Join(slices.Sorted(maps.Keys(found)), "\n") + "\n"
		if err := os.WriteFile("assets/words.txt", []byte(list), 0o644); err != nil {
			t.Fatal(err)
		}
		wordsText = list
	}
	words := vocabulary()
	lines := strings.Split(strings.TrimSuffix(wordsText, "\n"), "\n")
	if !slices.IsSorted(lines) {
		t.Error("words.txt is not sorted")
	}
	for _, word := range lines[1:] {
		words[word] = true
		if !listed(wordsText, word) || listed(wordsText, word+"x") || listed(wordsText, word[:1]) {
			t.Errorf("%s is not found, or what is no word is", word)
		}
	}
	for word := range words {
		if named(word) {
			t.Errorf("%s may be a name", word)
		}
		if strings.ContainsFunc(word, unicode.IsDigit) {
			t.Errorf("%s is no word", word)
		}
	}
}

// named: names that are words, or look like them, are no words here.
func named(word string) bool {
	word = strings.ToLower(word)
	return namelike.MatchString(word) && !slices.Contains(notNames, word) || slices.Contains(names, word)
}

// namelike has the ends of surnames and patronymics.
var namelike = regexp.MustCompile(`(?:вич|вича|вичу|вна|вны|вне|ична|ова|ева|ёва|ина|ын|ёв|ский|ская|ских|енко|ян|дзе|швили)$`)

var notNames = strings.Fields("активна вне готова половина причина равна слова снова фактический юридический")

var names = strings.Fields(`анна мария елена ольга наталья екатерина татьяна ирина светлана людмила вера надежда любовь галина нина валентина лидия роза майя лилия
	иван пётр петр александр алексей андрей сергей дмитрий николай владимир михаил павел егор артём максим роман лев марк мир владислав виктор юрий олег игорь илья
	белых черных чёрных седых долгих малых мороз заяц кот волк гусь баран козёл козел ткач мельник кузнец гончар шевченко ким ли пак цой хан`)
