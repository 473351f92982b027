package archive

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// fact is about as large and as compressible as one in a package.
func fact(i int) string {
	return fmt.Sprintf("<fact><ID>%08x-49d7-5c50-8e4b-3c9a2b7f%04x</ID><recipient><SNILS>%011d</SNILS><FamilyName>Фамилия%d</FamilyName><FirstName>Имя</FirstName>"+
		"<BirthDate>19%02d-0%d-1%d</BirthDate></recipient><decisionDate>2026-01-%02d</decisionDate><dateStart>2026-01-%02d</dateStart><amount>%d.%02d</amount></fact>",
		i*2654435761, i*40503%65536, i*7919*1_000_003%100_000_000_000, i*31%5000, i%100, i%9+1, i%10, i%28+1, i%28+1, i*17%9000, i%100)
}

// packageOf is a package of so many facts.
func packageOf(facts int) []byte {
	var b bytes.Buffer
	for i := range facts {
		b.WriteString(fact(i))
	}
	return b.Bytes()
}

// BenchmarkAppend is what an entry costs, beside the one fsync it cannot do without, and
// beside a file of its own for each.
func BenchmarkAppend(b *testing.B) {
	for _, facts := range []int{1, 100, 1000} {
		content := packageOf(facts)
		e := sent("1", string(content))
		member, err := e.member(1)
		if err != nil {
			b.Fatal(err)
		}
		measure := func(name string, append func(b *testing.B, i int) error) {
			b.Run(fmt.Sprintf("%d/%s", facts, name), func(b *testing.B) {
				b.SetBytes(int64(len(content)))
				b.ReportMetric(float64(len(content))/float64(len(member)), "ratio")
				for i := range b.N {
					if err := append(b, i); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		w := NewWriter(b.TempDir(), time.Now)
		measure("day", func(*testing.B, int) error { return w.Append(e) })
		measure("message", func(*testing.B, int) error { // begins and ends a file
			if err := w.Append(e); err != nil {
				return err
			}
			return w.Close()
		})
		bare, err := os.Create(filepath.Join(b.TempDir(), "bare"))
		if err != nil {
			b.Fatal(err)
		}
		measure("bare", func(*testing.B, int) error {
			if _, err := bare.Write(member); err != nil {
				return err
			}
			return bare.Sync()
		})
		measure("compress", func(*testing.B, int) error {
			_, err := e.member(1)
			return err
		})
		if err := bare.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	folder := b.TempDir()
	w := NewWriter(folder, time.Now)
	content := packageOf(1000)
	for range 20 {
		if err := w.Append(sent("1", string(content))); err != nil {
			b.Fatal(err)
		}
	}
	files, err := Files(folder)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(20 * int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range Read(files...) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
