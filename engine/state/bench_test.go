package state

import (
	"encoding/binary"
	"fmt"
	"iter"
	"math/bits"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/engine/result"
	"github.com/zeebo/xxh3"
)

func each(rows []Row) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for i := range rows {
			if !yield(rows[i], nil) {
				return
			}
		}
	}
}

func sortByHash(rows []Row) {
	slices.SortFunc(rows, func(a, b Row) int {
		if a.Hash < b.Hash {
			return -1
		} else if a.Hash > b.Hash {
			return 1
		}
		return 0
	})
}

// benchRows gives n rows ascending by hash without keeping them: the i-th of n hashes spread evenly. Their keys differ
// from window to window by salt, but for a share of them.
func benchRows(n int, w Window, side func(i int) int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		key, values := make([]byte, 8), make([]byte, 64)
		for i := range n {
			hash, _ := bits.Div64(uint64(i), 0, uint64(n))
			binary.BigEndian.PutUint64(key, hash)
			binary.BigEndian.PutUint64(values, xxh3.Hash(key))
			copy(values[8:], "2026-11-20 12:00:00 PAID and other text of a row")
			r := Row{Side: side(i), Hash: hash, Key: key, Values: values, Time: w.Start + int64(i)%width, Digest: xxh3.Hash128(values).Bytes()}
			if !yield(r, nil) {
				return
			}
		}
	}
}

func benchSettle(b testing.TB, s *Store, run int, w Window, rows iter.Seq2[Row, error]) Summary {
	b.Helper()
	id := fmt.Sprintf("run%05d", run)
	st, err := s.Begin(b.Context(), Settlement{
		Definition: Definition{Rule: "bench", Sides: []string{"a", "b"}, Comparisons: []string{"c"}, Carry: Carry{Days: 7}, Slack: time.Microsecond},
		Window:     w, Run: id, Started: base.Add(time.Duration(run) * time.Second),
		Wants: func(t *Transition) bool { return t.Cleared || t.Expired }, // as a rule without handlers
		Judge: func(rows []Row) (Verdict, error) {
			if rows[0].Digest == rows[1].Digest {
				return Verdict{Outcome: result.Matched}, nil
			}
			return Verdict{Outcome: result.Mismatch, Items: []Item{{result.Mismatch, 0}}}, nil
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	sum, err := st.Residual(rows, func(*Group) error { return nil }, func(*Transition) error { return nil })
	if err == nil {
		err = st.Commit(recordOf(id, "bench"), nil)
	}
	if err != nil {
		b.Fatal(err)
	}
	return sum
}

func benchStore(b *testing.B) (*Store, string) {
	dir := b.TempDir()
	s, err := Open(b.Context(), dir, Options{Create: true})
	if err != nil {
		b.Fatal(err)
	}
	return s, dir
}

// peak is the most memory that the process has had, in megabytes.
func peak() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		var kb float64
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kb); n == 1 {
			return kb / 1024
		}
	}
	return 0
}

// BenchmarkSettleMillion settles a window that left a million rows: none matched, and then the window after it,
// whose million rows match them all.
func BenchmarkSettleMillion(b *testing.B) {
	const n = 1_000_000
	for _, c := range []struct {
		name   string
		before bool
	}{{"missing", false}, {"matching", true}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				s, dir := benchStore(b)
				w := Window{0, width, width}
				side := 0
				if c.before {
					benchSettle(b, s, 1, w, benchRows(n, w, func(int) int { return 0 }))
					w, side = Window{width, 2 * width, 2 * width}, 1
				}
				runtime.GC()
				b.StartTimer()
				sum := benchSettle(b, s, 2, w, benchRows(n, w, func(int) int { return side }))
				b.StopTimer()
				if c.before && sum.Cleared+sum.Open+sum.Pending > n || !c.before && sum.Open+sum.Pending != n {
					b.Fatalf("%+v", sum)
				}
				s.Close()
				os.RemoveAll(dir)
				b.StartTimer()
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(peak(), "MB-peak")
		})
	}
}

// BenchmarkYear opens and lists a year of daily windows with 10,000 open breaks and as many pairs that met across midnight
// each day.
func BenchmarkYear(b *testing.B) {
	const days, open, pairs = 365, 10_000, 500
	s, dir := benchStore(b)
	for day := range days {
		w := Window{int64(day) * width, int64(day+1) * width, int64(day+1) * width}
		var rows []Row
		add := func(side int, k string) {
			r := Row{Side: side, Key: []byte(k), Hash: xxh3.HashString(k), Values: []byte(k + " 2026-11-20 12:00:00 PAID and other text"), Time: w.Start + 5}
			r.Digest = xxh3.Hash128(r.Values).Bytes()
			rows = append(rows, r)
		}
		for i := day * open / days; i < (day+1)*open/days; i++ {
			add(i%2, fmt.Sprint("open", i))
		}
		for i := range pairs {
			add(0, fmt.Sprintf("pair%d-%d", day, i))
			add(1, fmt.Sprintf("pair%d-%d", day-1, i))
		}
		sortByHash(rows)
		benchSettle(b, s, day+1, w, each(rows))
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			s, err := Open(b.Context(), dir, Options{})
			if err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			s.Close()
			b.StartTimer()
		}
	})
	s, err := Open(b.Context(), dir, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	b.Run("list", func(b *testing.B) {
		for b.Loop() {
			n := 0
			for br, err := range s.Breaks(b.Context(), "bench") {
				if err != nil || len(br.Groups[0].Rows) == 0 {
					b.Fatal(br, err)
				}
				n++
			}
			if n < open {
				b.Fatal(n)
			}
		}
	})
	b.Run("settle", func(b *testing.B) { // the last day again, with nothing new
		run := days + 1
		w := Window{days * width, (days + 1) * width, (days + 1) * width}
		for b.Loop() {
			benchSettle(b, s, run, w, each(nil))
			run++
		}
	})
}
