//go:build unix

package exec_test

import (
	"context"
	"fmt"
	"syscall"
	"testing"

	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// cpuTime is the processor time of this process in nanoseconds: other work on the machine does not count.
func cpuTime() int64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano() + u.Stime.Nano()
}

// batches is a source whose batches lie ready in memory, so that a benchmark measures the engine alone.
type batches struct {
	columns []schema.Column
	list    []*batch.Batch
}

func (s *batches) Describe() schema.Source { return schema.Source{Name: "batches"} }

func (s *batches) Columns(context.Context, schema.Config) (schema.Table, error) {
	return schema.Table{Columns: s.columns}, nil
}

func (s *batches) Read(ctx context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	for _, b := range s.list {
		if err := emit(b); err != nil {
			return err
		}
	}
	return nil
}

func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// orders are n orders: a key of 16 bytes and five compared columns. One amount in a thousand is off on side 1, as many
// keys are missing on each side. permute gives the order of rows.
func orders(n int, side int, permute func(i int) int) *batches {
	names := []string{"id", "customer", "amount", "fee", "currency", "status"}
	types := []schema.Type{kind(schema.String), kind(schema.Integer), dec(18, 2), dec(18, 4), kind(schema.String), kind(schema.String)}
	s := &batches{}
	for i, t := range types {
		s.columns = append(s.columns, schema.Column{Name: names[i], Type: t})
	}
	b := batch.NewBuilder(types...)
	flush := func() {
		done := *b.Batch()
		s.list = append(s.list, &done)
		b = batch.NewBuilder(types...)
	}
	var key []byte
	for i := range n {
		id := permute(i)
		h := mix(uint64(id)*0x9e3779b97f4a7c15 + 12345)
		h2 := mix(h + 1)
		if id%1000 == 500+side {
			continue
		}
		amount := int64(h2%10_000_000) + 1
		if side == 1 && id%1000 == 7 {
			amount++
		}
		key = fmt.Appendf(key[:0], "ORD-%012d", id)
		b.Column(0).AppendBytes(key)
		b.Column(1).AppendInt(int64(h % 5_000_000))
		b.Column(2).AppendNum(decimal.FromInt64(amount))
		b.Column(3).AppendNum(decimal.FromInt64(int64(mix(h2) % 1_000_000)))
		b.Column(4).AppendString([]string{"USD", "EUR", "GBP", "JPY", "CHF"}[h>>40%5])
		b.Column(5).AppendString([]string{"PAID", "PENDING", "FAILED", "REFUNDED"}[h>>50%4])
		b.EndRow()
		if b.Rows() == batch.TargetRows {
			flush()
		}
	}
	flush()
	return s
}

// BenchmarkRun measures the engine over rows that lie in memory as batches: ns/row is the time for a row of either side, on
// as many cores as are said.
func BenchmarkRun(b *testing.B) {
	for _, n := range []int{1_000_000, 10_000_000} {
		shuffled := func(seed uint64) func(i int) int {
			step := 7_368_787 // prime to n: a permutation
			return func(i int) int { return (i*step + int(seed)) % n }
		}
		ordered := func(i int) int { return i }
		for _, order := range []string{"shuffled", "ordered"} {
			var sides [2]*batches
			for s := range sides {
				permute := ordered
				if order == "shuffled" {
					permute = shuffled(uint64(s) * 1237)
				}
				sides[s] = orders(n, s, permute)
			}
			for _, cores := range []int{1, 2} {
				for _, budget := range []int64{0, 16 << 30} {
					name := fmt.Sprintf("%s/%dM/cores=%d/budget=%dMB", order, n/1_000_000, cores, max(budget, plan.DefaultBudget)>>20)
					b.Run(name, func(b *testing.B) { benchmarkRun(b, sides, order == "ordered", cores, budget) })
				}
			}
		}
	}
}

func benchmarkRun(b *testing.B, sides [2]*batches, sorted bool, cores int, budget int64) {
	rule := ordersRule(sides[0].columns, sorted)
	dir := b.TempDir()
	rows := int64(0)
	b.ReportAllocs()
	before := cpuTime()
	for b.Loop() {
		p, err := plan.Build(rule, plan.Options{Budget: budget, Cores: cores})
		if err != nil {
			b.Fatal(err)
		}
		o, err := exec.Run(context.Background(), p, exec.Env{Sources: []sdk.Source{sides[0], sides[1]}, Configs: []schema.Config{nil, nil}, SpillDir: dir})
		if err != nil {
			b.Fatal(err)
		}
		rows = o.Read[0].Rows + o.Read[1].Rows
		if o.Counts.Mismatch == 0 || o.Counts.Matched == 0 {
			b.Fatal("nothing was compared")
		}
		o.Close()
	}
	b.ReportMetric(float64(cpuTime()-before)/float64(b.N)/float64(rows), "cpu-ns/row")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
}
