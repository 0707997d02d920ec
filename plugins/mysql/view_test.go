package mysql

import (
	"strings"
	"testing"
)

// TestSameView shows statuses of InnoDB that prove nothing.
func TestSameView(t *testing.T) {
	block := func(id, sees string) string {
		return "---TRANSACTION (0x7f06acac3b80), ACTIVE 0 sec\nMariaDB thread id " + id + ", OS thread handle 1, query id 13 localhost root starting\nshow engine innodb status\n" + sees
	}
	same := "Trx read view will not see trx with id >= 23, sees < 23\n"
	older := "Trx read view will not see trx with id >= 22, sees < 22\n"
	one := "Trx read view will not see trx with id >= 23, sees < 22\n"
	some := "Trx read view will not see trx with id >= 23, sees < 21\n"
	const head, tail = "TRANSACTIONS\n------------\nTrx id counter 23\n", "--------\nFILE I/O\n--------\n"
	for _, c := range []struct {
		status string
		want   bool
	}{
		{block("6", same) + block("7", same), true},
		{block("9", some) + block("6", same) + block("7", same) + block("16", older), true},
		{block("6", one) + block("7", one), true}, // both do not see 22
		{strings.ReplaceAll(block("6", same)+block("7", same), "MariaDB", "MySQL"), true},
		{block("6", same) + block("7", older), false},
		{block("6", same) + block("7", one), false},
		{block("6", some) + block("7", some), false}, // 21 or 22 may have ended between
		{block("6", same) + block("7", ""), false},
		{block("6", same), false},
		{block("6", same) + block("7", same) + block("7", same), false}, // one is a text
		{block("6", same) + block("7", same+same), false},
		{block("6", same) + block("17", same), false},
		{"", false},
	} {
		if got := sameView(head+c.status+tail, []int64{6, 7}); got != c.want {
			t.Errorf("%v, want %v, of\n%s", got, c.want, c.status)
		}
	}
}

// TestMiddleText wants what is between two texts.
func TestMiddleText(t *testing.T) {
	for _, c := range [][3]string{{"a", "c", "b"}, {"P0001", "P0003", "P0002"}, {"a", "b", "aOOOOOOO"}, {"", "z", "M"}, {"x", "x", "x"}, {"商", "户", "~~~"}} {
		if got := middleText(c[0], c[1]); got != c[2] {
			t.Errorf("between %q and %q: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}
