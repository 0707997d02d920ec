package column

import (
	"bytes"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
	"pgregory.net/rapid"
)

// TestKeyIsInjective: two keys have the same bytes only if their parts are the same, whatever separators, lengths and
// nulls they have; and a key gives its parts back.
func TestKeyIsInjective(t *testing.T) {
	types := []schema.Type{
		{Kind: schema.String}, {Kind: schema.Integer}, {Kind: schema.Decimal, Precision: 38, Scale: 2}, {Kind: schema.Bytes}, {Kind: schema.Date},
	}
	texts := rapid.OneOf(rapid.SampledFrom([]string{"", "a", "ab", "b", "\x00", "\x01a", "a\x00"}), rapid.StringN(0, 4, 8),
		rapid.Custom(func(t *rapid.T) string { return string(make([]byte, rapid.IntRange(253, 258).Draw(t, "length"))) }))
	value := func(t *rapid.T, typ schema.Type, label string) schema.Value {
		v := schema.Value{Type: typ, Null: rapid.IntRange(0, 5).Draw(t, label+" null") == 0}
		if v.Null {
			return v
		}
		switch typ.Kind {
		case schema.String, schema.Bytes:
			v.Text = texts.Draw(t, label)
		case schema.Decimal:
			v.Dec = decimal.Decimal{Coef: decimal.FromInt64(rapid.Int64Range(-3, 3).Draw(t, label)), Scale: typ.Scale}
		default:
			v.Int = rapid.Int64Range(-2, 300).Draw(t, label)
		}
		return v
	}
	rapid.Check(t, func(t *rapid.T) {
		l := &Layout{}
		var keys [2][]schema.Value
		var encoded [2][]byte
		for p := range rapid.IntRange(1, 3).Draw(t, "parts") {
			typ := rapid.SampledFrom(types).Draw(t, "type")
			l.Keys = append(l.Keys, Part{Name: fmt.Sprint(p), Type: typ})
			for k := range keys {
				v := value(t, typ, fmt.Sprintf("value %d of key %d", p, k))
				keys[k] = append(keys[k], v)
				b := batch.NewBuilder(typ)
				if problem := b.Column(0).AppendValue(v); problem != "" {
					t.Fatal(problem)
				}
				encoded[k] = appendPart(encoded[k], b.Column(0), 0)
			}
		}
		same := slices.EqualFunc(keys[0], keys[1], func(a, b schema.Value) bool { return a.Null == b.Null && a.String() == b.String() })
		if bytes.Equal(encoded[0], encoded[1]) != same {
			t.Fatalf("keys %v and %v are %x and %x", keys[0], keys[1], encoded[0], encoded[1])
		}
		s := NewShape(l)
		for k := range keys {
			for p, want := range keys[k] {
				if got := s.KeyPart(encoded[k], p); got.Null != want.Null || got.String() != want.String() {
					t.Fatalf("part %d of %v is read as %v", p, keys[k], got)
				}
			}
		}
	})
}

// rows makes rows of one text key and a text beside it.
func textRows(t *testing.T, s *Shape, side int, values [][2]string) (rows []Row) {
	t.Helper()
	b := batch.NewBuilder(schema.Type{Kind: schema.String}, schema.Type{Kind: schema.String})
	var sel []int32
	for i, v := range values {
		b.Column(0).AppendString(v[0])
		b.Column(1).AppendString(v[1])
		b.EndRow()
		sel = append(sel, int32(i))
	}
	columns := b.Batch().Columns
	in := &Input{Keys: []Vector{{Column: &columns[0]}}, Rest: []Vector{{Column: &columns[1]}}}
	alloc := func(_ uint64, size int) Row {
		rows = append(rows, make(Row, size))
		return rows[len(rows)-1]
	}
	if err := NewPacker(s, side).Pack(in, sel, alloc, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	return rows
}

func textShape() *Shape {
	text := schema.Type{Kind: schema.String}
	side := Side{Time: -1, Columns: []Column{{Name: "id", Type: text, Key: 1}, {Name: "v", Type: text}}}
	return NewShape(&Layout{Keys: []Part{{Name: "id", Type: text}}, Sides: []Side{side, side}})
}

// TestSortAndSpool sorts rows of all sizes in little memory and reads them back from a spool.
func TestSortAndSpool(t *testing.T) {
	s := textShape()
	r := rand.New(rand.NewPCG(1, 2))
	var values [][2]string
	for i := range 3000 {
		size := r.IntN(100)
		if i%500 == 0 {
			size = 300_000
		}
		values = append(values, [2]string{fmt.Sprint(r.IntN(1000)), string(make([]byte, size)) + fmt.Sprint(r.IntN(3))})
	}
	dir := NewDir(t.TempDir())
	sorter := NewSorter(s, dir, 1<<16)
	var want []Sided
	for i, row := range textRows(t, s, 0, values) {
		want = append(want, Sided{i % 2, row})
		if err := sorter.Add(want[i]); err != nil {
			t.Fatal(err)
		}
	}
	slices.SortFunc(want, s.Compare)
	spool := NewSpool(dir)
	var ends []int64
	if err := sorter.Each(func(row Sided) error {
		ends = append(ends, spool.End())
		return spool.Add(row, []int{int(row.Side), 300})
	}); err != nil {
		t.Fatal(err)
	}
	ends = append(ends, spool.End())
	if len(ends) != len(want)+1 {
		t.Fatalf("got %d rows, want %d", len(ends)-1, len(want))
	}
	for _, piece := range [][2]int{{0, 3000}, {0, 1}, {2999, 3000}, {700, 1500}, {5, 5}} {
		i := piece[0]
		err := spool.Each(ends[piece[0]], ends[piece[1]], func(got Sided, names []int) error {
			if got.Side != want[i].Side || !bytes.Equal(got.Row, want[i].Row) || !slices.Equal(names, []int{got.Side, 300}) {
				t.Fatalf("row %d is another", i)
			}
			i++
			return nil
		})
		if err != nil || i != piece[1] {
			t.Fatalf("piece %v ends at %d: %v", piece, i, err)
		}
	}
	spool.Close()
	if err := dir.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir.parent); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

// TestStoreKeepsItsLimit spills what is beyond the limit, and gives all rows back.
func TestStoreKeepsItsLimit(t *testing.T) {
	s := textShape()
	dir := NewDir(t.TempDir())
	pool := &Pool{}
	const limit = 2 << 20
	store := NewStore(pool, dir, 2, 0, 4, limit)
	want := map[string]int{}
	for side := range 2 {
		a := store.Appender(side)
		for i := range 60 {
			var values [][2]string
			for k := range 500 {
				values = append(values, [2]string{fmt.Sprint(i, k), fmt.Sprint(side) + string(make([]byte, 50))})
			}
			for _, r := range textRows(t, s, side, values) {
				want[string(r)]++
				if err := a.Append(r); err != nil {
					t.Fatal(err)
				}
				if used := pool.Used(); used > limit+PageSize {
					t.Fatalf("%d bytes are in use, the limit is %d", used, limit)
				}
			}
		}
	}
	if dir.Written() == 0 {
		t.Error("nothing was spilled")
	}
	for i := range store.Partitions() {
		for side := range 2 {
			if i%2 == 0 {
				continue
			}
			if err := store.Drain(i, side, func(r Row) error { want[string(r)]--; return nil }); err != nil {
				t.Fatal(err)
			}
		}
		if i%2 == 1 {
			continue
		}
		var l Loaded
		if err := store.Load(i, &l); err != nil {
			t.Fatal(err)
		}
		for c := l.Cursor(); c.Next(); {
			if !bytes.Equal(l.Row(c.Ref), c.Row) || l.Side(c.Ref) != c.Side {
				t.Fatal("a reference names another row")
			}
			want[string(c.Row)]--
		}
		store.Release(i)
	}
	for r, n := range want {
		if n != 0 {
			t.Fatalf("row %q is there %d times too few", r, n)
		}
	}
	store.Close()
	if pool.Used() != 0 {
		t.Errorf("%d bytes are still in use", pool.Used())
	}
}

// TestSum adds numbers that leave 128 bits.
func TestSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s, negative Sum
		want := new(big.Int)
		for _, i := range rapid.SliceOfN(rapid.Int64(), 0, 100).Draw(t, "numbers") {
			n, _ := decimal.FromInt64(i).Mul(decimal.Pow10(19))
			for range 3 {
				s.Add(n)
			}
			s.AddInt(i)
			b := new(big.Int).Mul(big.NewInt(i), new(big.Int).Exp(big.NewInt(10), big.NewInt(19), nil))
			want.Add(want, b.Mul(b, big.NewInt(3)).Add(b, big.NewInt(i)))
		}
		for range 50 { // far beyond 128 bits
			s.AddSum(s)
			want.Lsh(want, 1)
		}
		negative.Sub(s)
		if s.Big().Cmp(want) != 0 || negative.Big().Cmp(new(big.Int).Neg(want)) != 0 || s.Sign() != want.Sign() {
			t.Fatalf("got %v, want %v", s.Big(), want)
		}
		text := new(big.Rat).SetFrac(want, big.NewInt(100)).FloatString(2)
		if s.Text(2) != text {
			t.Fatalf("got %s, want %s", s.Text(2), text)
		}
	})
}

// TestCannotSpill names the folder and what to do.
func TestCannotSpill(t *testing.T) {
	dir := NewDir(t.TempDir())
	f := file{dir: dir}
	if _, err := f.write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	f.f.Close()
	_, err := f.write([]byte("y"))
	if err == nil || !strings.Contains(err.Error(), "spill rows to "+dir.parent) || !strings.Contains(err.Error(), "free some space there") {
		t.Errorf("got %v", err)
	}
	if err := dir.Close(); err != nil {
		t.Error(err)
	}
}
