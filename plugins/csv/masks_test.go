package csv

import (
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

// TestMasks compares the masks of this processor, and the portable ones, with what they mean.
func TestMasks(t *testing.T) {
	if unsafe.Offsetof(blockMask{}.separators) != 0 || unsafe.Offsetof(blockMask{}.breaks) != 8 || unsafe.Offsetof(blockMask{}.quotes) != 16 {
		t.Fatal("the assembly expects another layout of blockMask")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for round := range 3000 {
		alphabet := all
		if round%2 == 0 {
			alphabet = []byte("\n\",;a\x80\x8a\xa2\xac\x0b\x09")
		}
		n := rng.IntN(5)
		text := make([]byte, 64*n+rng.IntN(3)+1)[1:] // not aligned
		for i := range text {
			text[i] = alphabet[rng.IntN(len(alphabet))]
		}
		delimiter, quote := alphabet[rng.IntN(len(alphabet))], alphabet[rng.IntN(len(alphabet))]
		want, got, portable := make([]blockMask, n), make([]blockMask, n+1), make([]blockMask, n)
		for i := range 64 * n {
			m, bit := &want[i/64], uint64(1)<<(i%64)
			if text[i] == delimiter || text[i] == '\n' {
				m.separators |= bit
			}
			if text[i] == '\n' {
				m.breaks |= bit
			}
			if text[i] == quote {
				m.quotes |= bit
			}
		}
		findMasks(text, got[:n], delimiter, quote)
		masksGeneric(text, portable, delimiter, quote)
		if !slices.Equal(got[:n], want) || got[n] != (blockMask{}) {
			t.Fatalf("%q with %q, %q: masks %x, want %x", text, delimiter, quote, got, want)
		}
		if !slices.Equal(portable, want) {
			t.Fatalf("%q with %q, %q: portable masks %x, want %x", text, delimiter, quote, portable, want)
		}
	}
}

func BenchmarkMasks(b *testing.B) {
	text := make([]byte, 64*stripBlocks)
	out := make([]blockMask, stripBlocks)
	for _, c := range []struct {
		name string
		find func([]byte, []blockMask, byte, byte)
	}{{"this processor", findMasks}, {"portable", masksGeneric}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				c.find(text, out, ',', '"')
			}
		})
	}
}
