package engine

import (
	"crypto/rand"
	"time"
)

// crockford is the alphabet of a ULID (github.com/ulid/spec): no I, L, O, U.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// newID makes a run's id: a ULID, 48 bits of milliseconds and 80 of chance, so that ids sort by the time of the run.
func newID(at time.Time) string {
	var b [16]byte
	ms := uint64(at.UnixMilli())
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	rand.Read(b[6:]) // never fails: see crypto/rand
	var text [26]byte
	bits, n := uint32(0), uint(2) // 130 bits hold 128: two zeros lead
	next := 0
	for i := range text {
		for n < 5 {
			bits, n = bits<<8|uint32(b[next]), n+8
			next++
		}
		n -= 5
		text[i] = crockford[bits>>n&31]
	}
	return string(text[:])
}
