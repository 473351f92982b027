package gostbench

import (
	"crypto/rand"
	"fmt"
	"slices"
	"testing"
	"time"

	"egissogw/crypto/gost3410"
	"egissogw/crypto/streebog"
)

// sideBySide times ours and the engine's in turns, so that both suffer alike
// from whatever else the machine does. It reports medians, ns/op for ours and
// engine-ns/op for the engine's; how many times ours is faster, by the medians
// (x-engine) and by the best times (x-engine-best); and our allocations.
func sideBySide(b *testing.B, times int, ours func(), engine func(times int) time.Duration) {
	var our, their []time.Duration
	allocations := testing.AllocsPerRun(10, ours)
	engine(1)
	for b.Loop() {
		for range 41 {
			start := time.Now()
			for range times {
				ours()
			}
			our = append(our, time.Since(start)/time.Duration(times))
			their = append(their, engine(times))
		}
	}
	slices.Sort(our)
	slices.Sort(their)
	middle := len(our) / 2
	b.ReportMetric(float64(our[middle]), "ns/op")
	b.ReportMetric(float64(their[middle]), "engine-ns/op")
	b.ReportMetric(float64(their[middle])/float64(our[middle]), "x-engine")
	b.ReportMetric(float64(their[0])/float64(our[0]), "x-engine-best")
	b.ReportMetric(allocations, "our-allocs/op")
}

func BenchmarkHash(b *testing.B) {
	e := Start(b)
	for _, size := range []int{64, 4 << 10, 3 << 20} {
		data := make([]byte, size)
		rand.Read(data)
		times := max(1, 1<<18/size)
		b.Run(fmt.Sprintf("256 bits of %d bytes", size), func(b *testing.B) {
			sideBySide(b, times, func() { streebog.Sum256(data) }, func(n int) time.Duration {
				_, spent := e.Hash("md_gost12_256", data, n)
				return spent
			})
		})
	}
}

func BenchmarkSignature(b *testing.B) {
	e := Start(b)
	for _, c := range gost3410.Curves() {
		key, err := gost3410.GenerateKey(c, nil)
		if err != nil {
			b.Fatal(err)
		}
		digest := make([]byte, c.Size())
		rand.Read(digest)
		signature, err := key.Sign(nil, digest)
		if err != nil {
			b.Fatal(err)
		}
		private := PrivateKey(b, c.OID(), key.Bytes())
		public := PublicKey(b, c.OID(), key.Public().Bytes())
		times := 64 * 32 / c.Size()
		b.Run("sign/"+c.Name(), func(b *testing.B) {
			sideBySide(b, times, func() { key.Sign(nil, digest) }, func(n int) time.Duration {
				_, spent := e.Sign(private, digest, n)
				return spent
			})
		})
		b.Run("verify/"+c.Name(), func(b *testing.B) {
			sideBySide(b, times/2, func() { key.Public().Verify(digest, signature) }, func(n int) time.Duration {
				ok, spent := e.Verify(public, digest, signature, n)
				if !ok {
					b.Fatal("the engine refuses our signature")
				}
				return spent
			})
		})
	}
}
