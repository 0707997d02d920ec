package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sameRules are rules that give every outcome over the two files; the sources promise an order where %s says so.
const sameRules = `recon 1

source orders from csv {
  path = "orders.csv"
  time = at
  zone = "Asia/Shanghai"
  bad_rows = "report"
%[1]s
  columns {
    no      string
    line    integer
    amount  decimal(18, 2) unit currency
    currency string
    note    string
    at      timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = at
  zone = "Asia/Shanghai"
%[1]s
  columns {
    no      string
    line    integer
    amount  decimal(18, 2) unit currency
    currency string
    note    string
    at      timestamp
  }
}

rule strict between orders, bill {
  window {
    period = day(2026-11-20)
    slack  = 30m
    carry  = 2d
  }

  key no
  key line
  compare amount within 0.05 or 1%%
  compare note ignoring case
  warn when diff.amount > 1 CNY or mismatch.rate > 1%%
  fail when missing.count > 1000000
}

rule paired between orders, bill {
  window {
    period = day(2026-11-20)
  }

  duplicates = "pair"
  key no
  key line
  compare amount
  compare note
}

rule one over orders {
  window {
    period = day(2026-11-20)
  }

  unique no, line
  assert amount > 0.50
}
`

// sameRows are two sides of many rows that agree, and some of every kind that do not. They come in the order of the key.
func sameRows(random *rand.Rand) (orders, bill []string) {
	const n = 3000
	for i := range n {
		no, line := fmt.Sprintf("N%05d", i/2), strconv.Itoa(1+i%2)
		cents := random.IntN(100_000)
		at := fmt.Sprintf("2026-11-20 %02d:%02d:%02d", random.IntN(24), random.IntN(60), random.IntN(60))
		row := func(cents int, note string) string {
			return fmt.Sprintf("%s,%s,%d.%02d,%s,%s,%s", no, line, cents/100, cents%100, []string{"CNY", "USD"}[i%2], note, at)
		}
		note := []string{"paid", "Paid ", `"a,b"`, `""`, "订单", ""}[random.IntN(6)]
		left, right := []string{row(cents, note)}, []string{row(cents, note)}
		switch random.IntN(20) {
		case 0:
			right = nil
		case 1:
			left = nil
		case 2:
			right = append(right, row(cents, note))
		case 3:
			right = []string{row(cents+6, "PAID")}
		case 4:
			left = append(left, row(cents+1, "other"), row(cents, note))
		case 5:
			left = []string{strings.Replace(row(cents, note), ".", ",", 1)} // one field too many
		}
		orders, bill = append(orders, left...), append(bill, right...)
	}
	for i := range 3 {
		row := fmt.Sprintf(",%d,1.00,CNY,no key,2026-11-20 10:00:00", i)
		orders, bill = slices.Insert(orders, i, row), slices.Insert(bill, i, row)
	}
	return orders, bill
}

const sameHeader = "no,line,amount,currency,note,at\n"

// TestSameReport runs the same rules over the same rows in every way that must not matter. The reports are equal, byte by
// byte, and so is what is open.
func TestSameReport(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	orders, bill := sameRows(random)
	shuffled := func(rows []string) string {
		rows = slices.Clone(rows)
		random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		return sameHeader + strings.Join(rows, "\n") + "\n"
	}
	inOrder := func(rows []string) string { return sameHeader + strings.Join(rows, "\n") + "\n" }
	chance := regexp.MustCompile(`,"(first_seen|first_run|last_run)":"[^"]*"`)
	var text, open string
	for _, c := range []struct {
		name   string
		env    string
		sorted bool
		merge  bool
		args   []string
	}{
		{name: "in order", sorted: true},
		{name: "shuffled"},
		{name: "shuffled again"},
		{name: "rows one by one", args: []string{"--batch", "1"}},
		{name: "batches of seven", args: []string{"--batch", "7"}},
		{name: "little memory", args: []string{"--memory", "64KB"}},
		{name: "little memory, small batches, one core", args: []string{"--memory", "64KB", "--batch", "7", "--cores", "1"}},
		{name: "one core", args: []string{"--cores", "1"}},
		{name: "two cores", args: []string{"--cores", "2"}},
		{name: "hash", args: []string{"--strategy", "hash"}},
		{name: "merge", sorted: true, merge: true},
		{name: "merge, small batches, little memory", sorted: true, merge: true, args: []string{"--batch", "7", "--memory", "64KB"}},
		{name: "by grpc", env: "RECON_TRANSPORT=grpc"},
		{name: "by socket, shuffled", env: "RECON_TRANSPORT=socket"},
	} {
		t.Run(c.name, func(t *testing.T) {
			order, write := "", shuffled
			if c.sorted {
				order, write = "  sorted = [no, line]\n", inOrder
			}
			f := newFolder(t, map[string]string{"rules.recon": fmt.Sprintf(sameRules, order), "orders.csv": write(orders), "bill.csv": write(bill)})
			if c.env != "" {
				f.env = append(f.env, c.env)
			}
			args := append([]string{"run", "--at", "2026-11-20T22:00:00+08:00", "--show", "400"}, c.args...)
			var a answer
			if c.merge {
				a = f.must(exitFindings, append(args, "strict", "paired", "--strategy", "merge")...)
				a.out += "\n" + f.must(exitFindings, append(args, "one")...).out
			} else if slices.Contains(c.args, "hash") {
				a = f.must(exitFindings, append(args, "strict", "paired", "one")...)
			} else {
				a = f.must(exitFindings, args...)
			}
			if c.merge != strings.Contains(a.err, ", merge, ") && c.sorted == c.merge {
				t.Errorf("it ran as\n%s", a.err)
			}
			list := chance.ReplaceAllString(f.open(), "")
			if text == "" {
				text, open = a.out, list
				for _, outcome := range []string{"matched", "mismatch", "missing", "duplicate", "unkeyed", "pending", "breach"} {
					if !strings.Contains(text, "\n"+outcome) {
						t.Errorf("no row is %s:\n%s", outcome, text)
					}
				}
				return
			}
			same(t, "report", a.out, text)
			same(t, "list of breaks", list, open)
		})
	}
}

// same wants two texts equal and shows where they part.
func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			same := 0
			for same < min(len(a[i]), len(b[i])) && a[i][same] == b[i][same] {
				same++
			}
			t.Errorf("the %s differs in line %d, after %s:\n%s\nwas\n%s", what, i+1, a[i][:same], a[i][same:], b[i][same:])
			return
		}
	}
	t.Errorf("the %s has %d lines, it had %d", what, len(a), len(b))
}

const flipRules = `recon 1

source left from csv {
  path = "left.csv"

  columns {
    id      integer
    name    string
    amount  decimal(38, 10)
    day     date
    at      timestamp
    done    boolean
    count   integer
  }
}

source right from csv {
  path = "right.csv"

  columns {
    id      integer
    name    string
    amount  decimal(38, 10)
    day     date
    at      timestamp
    done    boolean
    count   integer
  }
}

rule flip between left, right {
  key id
  compare name
  compare amount
  compare day
  compare at
  compare done
  compare count
}
`

// flips are, for each column but the key, ways to make a cell another that looks much alike.
var flips = []struct {
	column string
	flip   func(cell string) string
}{
	{"name", func(s string) string { return s + " " }},
	{"name", strings.ToUpper},
	{"name", func(string) string { return "" }},
	{"name", func(s string) string { return strings.Replace(s, "é", "e\u0301", 1) }},
	{"name", func(s string) string { return "0" + s }},
	{"amount", func(s string) string { return s[:len(s)-1] + string('0'+('9'-s[len(s)-1]+5)%10) }},
	{"amount", func(s string) string { return "-" + s }},
	{"amount", func(string) string { return "" }},
	{"day", func(s string) string { return "2027" + s[4:] }},
	{"at", func(s string) string { return s + ".000001" }},
	{"done", func(s string) string { return map[string]string{"true": "false", "false": "true"}[s] }},
	{"done", func(string) string { return "" }},
	{"count", func(s string) string { return s + "0" }},
	{"count", func(string) string { return `""` }},
}

// TestFlipOneCell changes one cell of a large pair at a time: just that cell is reported.
func TestFlipOneCell(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	const n = 20_000
	columns := []string{"id", "name", "amount", "day", "at", "done", "count"}
	rows := make([][]string, n)
	for i := range rows {
		rows[i] = []string{strconv.Itoa(i), fmt.Sprintf("café %d", i%100), fmt.Sprintf("%d.%010d", random.Uint64(), 1+random.IntN(1e9)),
			fmt.Sprintf("2026-%02d-%02d", 1+i%12, 1+i%28), fmt.Sprintf("2026-11-20T10:%02d:%02d", i%60, i%59), strconv.FormatBool(i%2 == 0), strconv.Itoa(1 + random.IntN(1e6))}
	}
	write := func(rows [][]string) string {
		var b strings.Builder
		b.WriteString(strings.Join(columns, ",") + "\n")
		for _, r := range rows {
			b.WriteString(strings.Join(r, ",") + "\n")
		}
		return b.String()
	}
	plain := write(rows)
	random.Shuffle(n, func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	turned := write(rows)
	f := newFolder(t, map[string]string{"rules.recon": flipRules, "left.csv": plain, "right.csv": turned})
	f.must(exitClean, "run")
	for _, c := range flips {
		at := random.IntN(n)
		i := slices.Index(columns, c.column)
		old := rows[at][i]
		rows[at][i] = c.flip(old)
		if rows[at][i] == old {
			t.Fatalf("%s: %q is flipped to itself", c.column, old)
		}
		what := fmt.Sprintf("%s of %s: %q instead of %q", c.column, rows[at][0], rows[at][i], old)
		f.write("right.csv", write(rows))
		rows[at][i] = old
		if c.column == "count" && c.flip(old) == `""` { // a quoted empty text is no number
			f.recon("run").wantTrouble(t, "right.csv, line "+strconv.Itoa(at+2), `column count: "" is not an integer`)
			continue
		}
		args := []string{"run", "--format", "json"}
		if at%2 == 0 {
			args = append(args, "--memory", "256KB")
		}
		var run struct {
			Outcomes struct {
				Matched  int
				Mismatch struct {
					Keys int
					By   map[string]int
				}
				Missing, Duplicate, Unkeyed map[string]int
			}
		}
		if err := json.Unmarshal([]byte(f.must(exitFindings, args...).out), &run); err != nil {
			t.Fatal(err)
		}
		o := run.Outcomes
		if o.Matched != n-1 || o.Mismatch.Keys != 1 || len(o.Mismatch.By) != 1 || o.Mismatch.By[c.column] != 1 || len(o.Missing)+len(o.Duplicate)+len(o.Unkeyed) > 0 {
			t.Errorf("%s: got %+v", what, o)
		}
		var breaks []struct {
			Key         struct{ ID json.Number }
			Comparisons []struct {
				Name   string
				Agrees bool
			}
		}
		if err := json.Unmarshal([]byte(f.open()), &breaks); err != nil {
			t.Fatal(err)
		}
		if len(breaks) != 1 || breaks[0].Key.ID.String() != rows[at][0] {
			t.Errorf("%s: open is %+v", what, breaks)
			continue
		}
		for _, cmp := range breaks[0].Comparisons {
			if cmp.Agrees != (cmp.Name != c.column) {
				t.Errorf("%s: comparison %s agrees: %v", what, cmp.Name, cmp.Agrees)
			}
		}
	}
	f.write("right.csv", turned)
	f.must(exitClean, "run")
}
