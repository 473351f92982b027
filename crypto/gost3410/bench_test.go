package gost3410

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func BenchmarkSign(b *testing.B) {
	for _, c := range everyGroup() {
		key, digest := testKey(b, c), testDigest(c)
		b.Run(c.Name(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := key.Sign(nil, digest); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	for _, c := range everyGroup() {
		key, digest := testKey(b, c), testDigest(c)
		signature, err := key.Sign(nil, digest)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.Name(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := key.Public().Verify(digest, signature); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkLeak looks for a dependence of time on secrets, after O. Reparaz,
// J. Balasch and I. Verbauwhede, "Dude, is my code constant time?", 2017: it
// times a scalar full of zeros and random ones in random order and reports
// Welch's t of the two. Above 4.5 in absolute value the times differ; ordinary
// double-and-add gives hundreds.
func BenchmarkLeak(b *testing.B) {
	for _, c := range []*Curve{CryptoProA(), CryptoProC(), TC26_256A(), TC26_512A()} {
		g := c.group.ready()
		operations := map[string]func(*element){
			"multiplyBase": func(k *element) { var p point; g.multiplyBase(&p, k, true) },
			"invert":       func(k *element) { var z element; g.p.invert(&z, k) },
			"mul modulo q": func(k *element) {
				var z element
				for range 50 {
					g.q.mul(&z, k, k)
				}
			},
		}
		for name, operation := range operations {
			b.Run(c.Name()+"/"+name, func(b *testing.B) {
				var t float64
				for b.Loop() {
					t = welch(g, operation)
				}
				b.ReportMetric(t, "t")
			})
		}
	}
}

func welch(g *group, operation func(*element)) float64 {
	const samples = 20000
	source := rand.New(rand.NewPCG(7, 8))
	numbers := make([]element, samples)
	times := [2][]float64{}
	class := make([]int, samples)
	for i := range numbers {
		numbers[i][0] = 2
		if class[i] = source.IntN(2); class[i] == 1 {
			numbers[i] = anyRandom(source, g)
		}
	}
	for i := range numbers {
		start := time.Now()
		operation(&numbers[i])
		times[class[i]] = append(times[class[i]], float64(time.Since(start)))
	}
	// Times far above the usual are those of interruptions.
	both := slices.Sorted(slices.Values(slices.Concat(times[0], times[1])))
	limit := both[len(both)*9/10]
	var mean, variance, n [2]float64
	for c, all := range times {
		for _, x := range all {
			if x <= limit {
				n[c]++
				delta := x - mean[c]
				mean[c] += delta / n[c]
				variance[c] += delta * (x - mean[c])
			}
		}
		variance[c] /= n[c] - 1
	}
	return (mean[0] - mean[1]) / math.Sqrt(variance[0]/n[0]+variance[1]/n[1])
}

func anyRandom(source *rand.Rand, g *group) (k element) {
	for i := range g.q.n {
		k[i] = source.Uint64()
	}
	g.q.enter(&k, &k)
	return k
}
