package eval

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// cases is how many random expressions the exactness tests try: RECON_EVAL_CASES, or 100,000.
func cases(t *testing.T) int {
	n := 100_000
	if text := os.Getenv("RECON_EVAL_CASES"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatalf("RECON_EVAL_CASES=%s: %v", text, err)
		}
	}
	if testing.Short() {
		n /= 10
	}
	return n
}

// sketch writes an expression for the message of a failed test.
func sketch(e *program.Expr) string {
	if e.Op == program.OpLiteral {
		return fmt.Sprintf("%s:%s", e.Value, e.Type)
	}
	if e.Op == program.OpColumn {
		return fmt.Sprintf("c%d:%s", e.Index, e.Type)
	}
	var args []string
	for _, a := range e.Args {
		args = append(args, sketch(a))
	}
	return fmt.Sprintf("%d%s(%s):%s", e.Op, e.Name, strings.Join(args, ", "), e.Type)
}

// TestKernelsAgreeWithTheInterpreter: whatever a kernel computes is what the interpreter computes row by row, faults
// included.
func TestKernelsAgreeWithTheInterpreter(t *testing.T) {
	env := randomEnv()
	for seed := range uint64(cases(t) / 10) {
		g := newGenerator(seed)
		b := g.batch(1 + g.IntN(20))
		for range 5 {
			agree(t, seed, g.expression(3), b, env)
		}
	}
}

func agree(t *testing.T, seed uint64, e *program.Expr, b *batch.Batch, env Env) {
	k, err := Compile(e, env)
	if err != nil {
		t.Fatalf("seed %d: %s: %v", seed, sketch(e), err)
	}
	for range 2 { // the second time over the buffers of the first
		column, faults := k.Eval(b)
		if err := (&batch.Batch{Rows: b.Rows, Columns: []batch.Column{*column}}).Check(); err != nil {
			t.Fatalf("seed %d: %s: %v", seed, sketch(e), err)
		}
		in := newInterpreter(&env)
		in.batch = b
		next := 0
		for i := range b.Rows {
			in.row = i
			want, err := in.value(e)
			var scratch batch.Column
			scratch.Reset(k.Type())
			if k.Type().Layout() == schema.Varlen {
				scratch.Offsets = append(scratch.Offsets, 0)
			}
			if err == nil && scratch.AppendValue(want) != "" {
				err = fmt.Errorf("does not fit")
			}
			faulty := next < len(faults) && faults[next].Row == i
			if faulty {
				next++
			}
			got := column.Value(i)
			if (err != nil) != faulty || faulty && !got.Null {
				t.Fatalf("seed %d: %s row %d: kernel gives %v (fault %v), the interpreter %v, %v", seed, sketch(e), i, got, faulty, want, err)
			}
			if err == nil && !identical(got, scratch.Value(0)) {
				t.Fatalf("seed %d: %s row %d of %v: kernel gives %v, the interpreter %v", seed, sketch(e), i, rowText(b, i), got, scratch.Value(0))
			}
			if got.Null && column.Type.Layout() == schema.Int64 && column.Ints[i] != 0 {
				t.Fatalf("seed %d: %s row %d: %d below a null", seed, sketch(e), i, column.Ints[i])
			}
		}
		if k.Type().Kind == schema.Boolean {
			sel, _ := k.Filter(b, nil)
			for i := range b.Rows {
				if v := column.Value(i); v.True() != slices.Contains(sel, int32(i)) {
					t.Fatalf("seed %d: %s row %d is %v, and the filter has %v", seed, sketch(e), i, v, sel)
				}
			}
			continue // the kernel's faults are those of the filter now
		}
		if next != len(faults) {
			t.Fatalf("seed %d: %s: %d faults for %d rows", seed, sketch(e), len(faults), next)
		}
	}
}

func rowText(b *batch.Batch, i int) (values []string) {
	for c := range b.Columns {
		values = append(values, b.Columns[c].Value(i).String())
	}
	return values
}

// identical compares to the last bit, but for the sign of zero.
func identical(a, b schema.Value) bool {
	if a.Null || b.Null {
		return a.Null == b.Null
	}
	if a.Type.Kind == schema.Float {
		return a.Float == b.Float || math.IsNaN(a.Float) && math.IsNaN(b.Float)
	}
	return a.Int == b.Int && a.Dec == b.Dec && a.Text == b.Text
}
