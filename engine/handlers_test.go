package engine_test

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/engine/action"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/plugins/csv"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// tb is what *testing.T and *rapid.T have in common.
type tb interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Fatal(args ...any)
}

// desk is a folder with rules, csv files and a state, and runs of the rule "r", or of another one, over them.
type desk struct {
	t      tb
	dir    string
	rule   string
	unit   *lang.Unit
	params map[string]string
	at     time.Time
}

// kinds are the actions of these tests: one for all breaks, one for each.
func kinds() map[string]schema.Action {
	text := schema.Type{Kind: schema.String}
	return map[string]schema.Action{
		"page": {Name: "page", Fields: []schema.Setting{{Name: "text", Type: text, Required: true}}},
		"drop": {Name: "drop", PerBreak: true, Fields: []schema.Setting{{Name: "limit", Type: schema.Type{Kind: schema.Integer}}, {Name: "note", Type: text},
			{Name: "value", Type: schema.Type{Kind: schema.Decimal, Precision: 18, Scale: 2}}}},
	}
}

func newDesk(t tb, dir, rules string) *desk {
	t.Helper()
	d := &desk{t: t, dir: dir, at: time.Date(2026, 11, 21, 6, 30, 0, 0, time.UTC), params: map[string]string{}}
	d.unit = lang.Compile([]*diag.File{{Name: filepath.Join(d.dir, "r.recon"), Text: []byte(rules)}}, func([]string) schema.Catalog {
		return schema.Catalog{Sources: map[string]schema.Source{"csv": csv.New().Describe()}, Actions: kinds()}
	})
	for _, f := range d.unit.Diags {
		t.Fatalf("%s: %s %s", f.Code, f.Message, f.Hint)
	}
	return d
}

func (d *desk) write(name, text string) {
	if err := os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// run runs r and takes the messages out of the outbox.
func (d *desk) run() (*result.Report, []action.Message) {
	d.t.Helper()
	ctx := context.Background()
	eng := engine.New(d.unit.Program, engine.Config{
		StateDir: filepath.Join(d.dir, "state"),
		Open:     func(context.Context, *program.Source) (sdk.Source, error) { return csv.New(), nil },
	})
	report, err := eng.Run(ctx, engine.Request{Rule: d.unit.Program.Rule(cmp.Or(d.rule, "r")), Params: d.params, At: d.at})
	if err != nil {
		d.t.Fatal(err)
	}
	store, err := state.Open(ctx, filepath.Join(d.dir, "state"), state.Options{})
	if err != nil {
		d.t.Fatal(err)
	}
	defer store.Close()
	var messages []action.Message
	var ids []string
	for o, err := range store.Outbox(ctx) {
		if err != nil {
			d.t.Fatal(err)
		}
		var m action.Message
		if err := json.Unmarshal(o.Payload, &m); err != nil {
			d.t.Fatal(err)
		}
		if o.Run != report.Run.ID || m.Run != report.Run.ID || m.Action != o.Action {
			d.t.Fatalf("message %s of run %s says it is of run %s, action %s", o.ID, o.Run, m.Run, m.Action)
		}
		messages, ids = append(messages, m), append(ids, o.ID)
	}
	if report.Run.Messages == nil || report.Run.Messages.Queued != int64(len(messages)) {
		d.t.Fatalf("the report says %+v, and there are %d messages", report.Run.Messages, len(messages))
	}
	for _, id := range ids {
		if err := store.Delivered(id); err != nil {
			d.t.Fatal(err)
		}
	}
	return report, messages
}

// rename gives the rule its i-th new name.
func (d *desk) rename(rules string, i int) {
	name := func(i int) string { return fmt.Sprint("r", strings.Repeat("_again", i)) }
	rules = strings.Replace(rules, "rule r ", "rule "+name(i)+" ", 1)
	for n := range i {
		rules += fmt.Sprintf("\nmoved %s to %s\n", name(n), name(n+1))
	}
	d.unit, d.rule = newDesk(d.t, d.dir, rules).unit, name(i)
}

// show is a message on a line.
func show(m action.Message) string {
	var fields []string
	for _, name := range slices.Sorted(maps.Keys(m.Fields)) {
		fields = append(fields, name+"="+schema.Value(m.Fields[name]).String())
	}
	var keys []string
	for _, b := range m.Breaks {
		var parts []string
		for _, p := range b.Key {
			parts = append(parts, p.Value)
		}
		keys = append(keys, strings.Join(parts, "/"))
	}
	slices.Sort(keys)
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %d [%s] %s", m.Action, m.Outcome, m.Name, m.Count, strings.Join(keys, " "), strings.Join(fields, " ")))
}

func (d *desk) want(messages []action.Message, want ...string) {
	d.t.Helper()
	var got []string
	for _, m := range messages {
		got = append(got, show(m))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		d.t.Errorf("messages:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

const twoSides = `
source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2) unit cur
    cur     string
    at      timestamp
    kind    string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2) unit cur
    cur     string
    shard   integer
  }
}

action pager from page {
}

action dropper from drop {
}
`

func TestMessagesSayWhatHappened(t *testing.T) {
	d := newDesk(t, t.TempDir(), twoSides+`
param team: string = "ops"

rule r between a, b {
  key id
  compare amount
  fail when missing.count > 100

  on missing b where a.kind == "vip" {
    do pager { text = "${team}: ${count} missing, ${sum(a.amount)}; ${sample(id, 2)} ${count == 1 ? 'row' : 'rows'}" }
    do dropper { note = "${id} of ${a.kind} at ${a.at}, b has ${b.amount}", value = a.amount }
  }
  on missing a {
    do pager { text = "a lacks ${sample(id, 5)} of ${sum(b.amount)}; ${sum(a.amount)}" }
  }
  on mismatch amount {
    do dropper { value = b.amount, note = "${round(a.amount, 0)}" }
  }
  on duplicate {
    do pager { text = "${count} twice, ${sum(b.shard)}" }
  }
  on unkeyed b {
    do pager { text = "unkeyed ${count}: ${sample(b.shard, 3)}" }
  }
  on cleared {
    do pager { text = "cleared ${count}" }
  }
}
`)
	d.write("a.csv", "id,amount,cur,at,kind\n1,10.00,CNY,2026-11-20 10:00:00,vip\n2,5.50,USD,2026-11-20 11:00:00,vip\n3,1.00,CNY,2026-11-20 12:00:00,no\n4,7.00,CNY,2026-11-20 12:00:00,no\n5,2.00,CNY,2026-11-20 12:00:00,no\n")
	d.write("b.csv", "id,amount,cur,shard\n4,8.25,CNY,1\n5,2.00,CNY,3\n5,2.00,CNY,4\n,1.00,CNY,9\n8,3.00,CNY,2\n")
	report, messages := d.run()
	d.want(messages,
		"pager missing b 2 [1 2] text=ops: 2 missing, 10.00 CNY, 5.50 USD; "+sampleOf(messages, "missing", "b")+" rows",
		"dropper missing b 1 [1] note=1 of vip at 2026-11-20T10:00:00Z, b has null value=10.00",
		"dropper missing b 1 [2] note=2 of vip at 2026-11-20T11:00:00Z, b has null value=5.50",
		"pager missing a 1 [8] text=a lacks 8 of 3.00 CNY; 0.00",
		"dropper mismatch amount 1 [4] note=7 value=8.25",
		"pager duplicate  1 [5] text=1 twice, 7",
		"pager unkeyed b 1 [] text=unkeyed 1: 9",
	)
	if len(report.Notes) > 0 {
		t.Errorf("notes: %q", report.Notes)
	}
	for _, m := range messages {
		if m.Action == "dropper" && m.Name == "amount" {
			if c := m.Columns; schema.Value(c["a.amount"]).String() != "7.00" || schema.Value(c["b.amount"]).String() != "8.25" || c["id"].Text != "4" || c["cur"].Text != "CNY" || c["shard"].Int != 1 {
				t.Errorf("columns: %v", c)
			}
			if _, ok := m.Columns["amount"]; ok {
				t.Error("amount, on which the sides differ, stands bare")
			}
		}
	}
	if _, messages = d.run(); len(messages) > 0 { // the same data again
		d.want(messages)
	}
	d.write("b.csv", "id,amount,cur,shard\n4,7.00,CNY,1\n5,2.00,CNY,3\n1,9.00,CNY,1\n2,5.50,CNY,1\n3,1.00,CNY,1\n8,3.00,CNY,2\n")
	_, messages = d.run()
	d.want(messages,
		"dropper mismatch amount 1 [1] note=10 value=9.00",
		"dropper mismatch amount 1 [2] note=6 value=5.50",
		"pager cleared  4 [ 3 4 5] text=cleared 4",
	)
}

// sampleOf is the sample in the text of a message, in whichever order its rows came.
func sampleOf(messages []action.Message, outcome, name string) string {
	for _, m := range messages {
		if m.Outcome == outcome && m.Name == name && m.Action == "pager" && strings.Contains(m.Fields["text"].Text, "1, 2") {
			return "1, 2"
		}
	}
	return "2, 1"
}

// An action for each break keeps to its limit, and what is beyond it is counted.
func TestLimitOfAnAction(t *testing.T) {
	d := newDesk(t, t.TempDir(), twoSides+`
param most: integer = 3

rule r between a, b {
  key id
  on missing b {
    do dropper { limit = most }
  }
}
`)
	var rows strings.Builder
	for i := range 10 {
		fmt.Fprintf(&rows, "%d,1.00,CNY,2026-11-20 10:00:00,x\n", i)
	}
	d.write("a.csv", "id,amount,cur,at,kind\n"+rows.String())
	d.write("b.csv", "id,amount,cur,shard\n")
	report, messages := d.run()
	if len(messages) != 3 || messages[0].Skipped != 0 || messages[2].Skipped != 7 || report.Run.Messages.Skipped != 7 {
		t.Errorf("%d messages, the last skips %d; report %+v", len(messages), messages[len(messages)-1].Skipped, report.Run.Messages)
	}
	if len(report.Notes) != 1 || !strings.Contains(report.Notes[0], "dropper was not done for 7 of 10 breaks") {
		t.Errorf("notes: %q", report.Notes)
	}
}

// Texts that are far too long for a message lose their ends, columns that are go, and the run settles and says so.
func TestLongTextsDoNotKeepARunFromSettling(t *testing.T) {
	d := newDesk(t, t.TempDir(), twoSides+`
rule r between a, b {
  key id
  on missing b {
    do pager { text = "${sample(a.kind, 1000)}" }
    do dropper { note = "${a.kind}" }
  }
}
`)
	var rows strings.Builder
	for i := range 300 {
		fmt.Fprintf(&rows, "%d%s,1.00,CNY,2026-11-20 10:00:00,%d%s\n", i, strings.Repeat("k", 900), i, strings.Repeat("长", 1000))
	}
	fmt.Fprintf(&rows, "huge,1.00,CNY,2026-11-20 10:00:00,%s\n", strings.Repeat("x", 700<<10))
	d.write("a.csv", "id,amount,cur,at,kind\n"+rows.String())
	d.write("b.csv", "id,amount,cur,shard\n")
	report, messages := d.run()
	if len(messages) != 302 {
		t.Fatalf("%d messages", len(messages))
	}
	for _, m := range messages {
		for _, f := range m.Fields {
			if n := len(f.Text); n > 64<<10 {
				t.Errorf("a field of %d bytes", n)
			}
		}
		_, whole := m.Columns["kind"]
		if key := m.Breaks[0].Key[0].Value; m.Action == "dropper" && whole == (key == "huge") {
			t.Errorf("key %.10s: has its column: %v", key, whole)
		}
		if m.Action == "pager" && (m.Count != 301 || len(m.Breaks) != action.MaxBreaks) {
			t.Errorf("count %d, %d breaks", m.Count, len(m.Breaks))
		}
	}
	if !slices.ContainsFunc(report.Notes, func(n string) bool { return strings.Contains(n, "kind, which is too large") }) {
		t.Errorf("notes: %q", report.Notes)
	}
}

// A condition that cannot be computed leaves its rows out, and the report says how many.
func TestConditionThatCannotBeComputed(t *testing.T) {
	d := newDesk(t, t.TempDir(), twoSides+`
rule r between a, b {
  key id
  on missing b where parse_number(a.kind) > 5 {
    do pager { text = "${count}: ${sum(parse_number(a.kind))}" }
  }
  on missing b {
    do pager { text = "${count}: ${sum(parse_number(a.kind))}" }
  }
}
`)
	d.write("a.csv", "id,amount,cur,at,kind\n1,1.00,CNY,2026-11-20 10:00:00,7\n2,1.00,CNY,2026-11-20 10:00:00,nan\n3,1.00,CNY,2026-11-20 10:00:00,\n")
	d.write("b.csv", "id,amount,cur,shard\n")
	report, messages := d.run()
	if len(messages) != 2 || !strings.HasPrefix(messages[0].Fields["text"].Text, "1: 7") || !strings.HasPrefix(messages[1].Fields["text"].Text, "3: 7") {
		for _, m := range messages {
			t.Error(show(m))
		}
	}
	if len(report.Notes) != 2 || !strings.Contains(strings.Join(report.Notes, "\n"), "for 1 rows, which it left out") {
		t.Errorf("notes: %q", report.Notes)
	}
}

// The state is of a definition whose columns were others: what the new rule reads and the old rows have not is null.
func TestRowsOfAnOlderDefinition(t *testing.T) {
	dir := t.TempDir()
	rule := `
rule r between a, b {
  key id
  on cleared {
    do dropper { note = "%s" }
  }
}
`
	d := newDesk(t, dir, twoSides+fmt.Sprintf(rule, "${a.amount}"))
	d.write("a.csv", "id,amount,cur,at,kind,more\n1,1.00,CNY,2026-11-20 10:00:00,x,y\n")
	d.write("b.csv", "id,amount,cur,shard\n")
	if _, messages := d.run(); len(messages) > 0 {
		t.Fatal(show(messages[0]))
	}
	d = newDesk(t, dir, strings.Replace(twoSides, "kind    string", "more    string", 1)+fmt.Sprintf(rule, "${a.amount} ${a.more}"))
	d.write("b.csv", "id,amount,cur,shard\n1,1.00,CNY,4\n")
	_, messages := d.run()
	d.want(messages, "dropper cleared  1 [1] note=1.00 null")
}

// Histories of files that change or not: each item that is new is in exactly one message of the run that found it, and the
// same files again make none. A rule's history is told by the items of each state alone.
func TestEachTransitionIsHandledOnce(t *testing.T) {
	rules := twoSides + `
rule r between a, b {
  key id
  compare amount as amount
  compare cur as kind
  on missing a { do dropper }
  on missing b { do dropper }
  on mismatch amount { do dropper }
  on mismatch kind { do dropper }
  on cleared { do dropper }
}
`
	// Each run opens and syncs a state: a hundred histories would take half a minute.
	if err := flag.Set("rapid.checks", "30"); err != nil {
		t.Fatal(err)
	}
	defer flag.Set("rapid.checks", "100")
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "recon")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		d := newDesk(t, dir, rules)
		type row struct{ amount, kind string }
		draw := func(name string) map[string]row {
			rows := map[string]row{}
			for id := range 4 {
				if rapid.IntRange(0, 3).Draw(t, fmt.Sprintf("%s has %d", name, id)) > 0 {
					rows[fmt.Sprint(id)] = row{rapid.SampledFrom([]string{"1.00", "2.00"}).Draw(t, "amount"), rapid.SampledFrom([]string{"CNY", "USD"}).Draw(t, "kind")}
				}
			}
			return rows
		}
		items := func(a, b map[string]row) map[string]map[string]bool { // key → items with what their rows are
			all := map[string]map[string]bool{}
			for id := range 4 {
				key := fmt.Sprint(id)
				ra, inA := a[key]
				rb, inB := b[key]
				found := map[string]bool{}
				rows := fmt.Sprint(ra, inA, rb, inB)
				switch {
				case inA && !inB:
					found["missing b "+rows] = true
				case inB && !inA:
					found["missing a "+rows] = true
				case inA && inB:
					if ra.amount != rb.amount || ra.kind != rb.kind { // a unit that differs is a mismatch
						found["mismatch amount "+rows] = true
					}
					if ra.kind != rb.kind {
						found["mismatch kind "+rows] = true
					}
				}
				if len(found) > 0 {
					all[key] = found
				}
			}
			return all
		}
		before := map[string]map[string]bool{}
		a, b := map[string]row{}, map[string]row{}
		for range rapid.IntRange(1, 5).Draw(t, "runs") {
			if rapid.IntRange(0, 2).Draw(t, "again") > 0 {
				a, b = draw("a"), draw("b")
			}
			text := func(rows map[string]row, head, tail string) string {
				for _, id := range slices.Sorted(maps.Keys(rows)) {
					head += fmt.Sprintf("%s,%s,%s,%s\n", id, rows[id].amount, rows[id].kind, tail)
				}
				return head
			}
			d.write("a.csv", text(a, "id,amount,cur,at,kind\nx,1.00,CNY,2026-11-20 10:00:00,x\n", "2026-11-20 10:00:00,x"))
			d.write("b.csv", text(b, "id,amount,cur,shard\nx,1.00,CNY,1\n", "1"))
			now := items(a, b)
			var want, got []string
			for key, found := range now {
				for item := range found {
					if !before[key][item] {
						words := strings.Fields(item)
						want = append(want, fmt.Sprintf("%s %s %s", words[0], words[1], key))
					}
				}
			}
			for key := range before {
				if len(now[key]) == 0 {
					want = append(want, "cleared  "+key)
				}
			}
			_, messages := d.run()
			for _, m := range messages {
				got = append(got, fmt.Sprintf("%s %s %s", m.Outcome, m.Name, m.Breaks[0].Key[0].Value))
			}
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Fatalf("got %q, want %q", got, want)
			}
			before = now
		}
	})
}

const overWindows = `
param date: date

source a from csv {
  path = "a.csv"
  time = at
  columns {
    id  string
    at  timestamp
  }
}

source b from csv {
  path = "b.csv"
  time = at
  columns {
    id  string
    at  timestamp
  }
}

action pager from page {
}

rule r between a, b {
  window {
    period = day(date)
    slack  = 30m
    carry  = 2d
  }
  empty = "allowed"
  key id
  on missing b { do pager { text = "missing ${sample(id, 9)}" } }
  on expired b { do pager { text = "expired ${sample(id, 9)} of ${date}" } }
  on cleared { do pager { text = "cleared ${sample(id, 9)} at ${sample(a.at, 1)}" } }
}
`

// What is pending was told to nobody and makes no message, nor does its match; what was missing expires once. So it is too where
// the rule has another name in each run.
func TestHandlersOverWindows(t *testing.T) {
	t.Run("one name", func(t *testing.T) { runOverWindows(t, false) })
	t.Run("other names", func(t *testing.T) { runOverWindows(t, true) })
}

func runOverWindows(t *testing.T, rename bool) {
	d := newDesk(t, t.TempDir(), overWindows)
	d.at = time.Date(2026, 11, 26, 6, 30, 0, 0, time.UTC)
	d.write("a.csv", "id,at\nlate,2026-11-20 23:59:58\nlost,2026-11-20 12:00:00\nslow,2026-11-20 13:00:00\nedge,2026-11-20 23:59:59\n")
	d.write("b.csv", "id,at\nlate,2026-11-21 00:00:03\nslow,2026-11-21 15:00:00\n")
	for i, step := range []struct {
		date string
		want []string
	}{
		{"2026-11-20", []string{"pager missing b 2 [lost slow] text=missing lost, slow"}},
		{"2026-11-21", []string{"pager missing b 1 [edge] text=missing edge", "pager cleared  1 [slow] text=cleared slow at 2026-11-20T13:00:00Z"}},
		{"2026-11-21", nil}, // again
		{"2026-11-22", []string{"pager expired b 2 [edge lost] text=expired edge, lost of 2026-11-22"}},
		{"2026-11-23", nil},
		{"2026-11-20", nil},
	} {
		if rename && i > 0 {
			d.rename(overWindows, i)
		}
		d.params["date"] = step.date
		report, messages := d.run()
		if report.Run.Rule != cmp.Or(d.rule, "r") {
			t.Errorf("the report is of rule %s", report.Run.Rule)
		}
		for i := range messages { // rows come in the order of their hashes
			text := messages[i].Fields["text"]
			text.Text = strings.NewReplacer("slow, lost", "lost, slow", "lost, edge", "edge, lost").Replace(text.Text)
			messages[i].Fields["text"] = text
		}
		d.want(messages, step.want...)
	}
}

// Of three sides one may be missing while the others differ: both are said.
func TestHandlersOfThreeSides(t *testing.T) {
	source := func(name string) string {
		return fmt.Sprintf("\nsource %s from csv {\n  path = \"%s.csv\"\n  columns {\n    id  string\n    n   integer\n  }\n}\n", name, name)
	}
	d := newDesk(t, t.TempDir(), source("a")+source("b")+source("c")+`
action pager from page {
}

rule r between a, b, c {
  key id
  compare n
  on missing c where a.n < b.n { do pager { text = "c lacks ${sample(id, 9)}, ${sum(b.n - a.n)}" } }
  on missing { do pager { text = "some lack ${sample(id, 9)}" } }
  on mismatch n { do pager { text = "differ ${sample(id, 9)}" } }
}
`)
	d.write("a.csv", "id,n\n1,1\n2,2\n3,3\n")
	d.write("b.csv", "id,n\n1,5\n2,2\n3,3\n4,4\n")
	d.write("c.csv", "id,n\n2,2\n3,7\n")
	_, messages := d.run()
	if len(messages) != 3 || messages[0].Fields["text"].Text != "c lacks 1, 4" || messages[1].Count != 2 || messages[2].Count != 2 {
		for _, m := range messages {
			t.Error(show(m))
		}
	}
}

// count, sum and sample of a message are what adding up the rows of its breaks gives: with conditions, units by row, nulls,
// and several rows under a key.
func TestMessagesAddUp(t *testing.T) {
	rules := twoSides + `
rule r between a, b {
  key id
  compare amount
  on missing b where a.kind != "x" { do pager { text = "${count};${sum(a.amount)};${sample(a.kind, 2)};${sum(b.shard)}" } }
  on duplicate where a.amount > 1 or b.amount > 1 { do pager { text = "${count};${sum(a.amount)};${sample(b.shard, 2)};${sum(b.shard)}" } }
}
`
	rules = strings.Replace(rules, "a.amount > 1 or b.amount > 1", `a.kind == "y" or b.shard > 1`, 1)
	type row struct {
		amount     int // of hundredths; -1: null
		unit, kind string
		shard      int
	}
	if err := flag.Set("rapid.checks", "30"); err != nil {
		t.Fatal(err)
	}
	defer flag.Set("rapid.checks", "100")
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "recon")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		d := newDesk(t, dir, rules)
		draw := func(side string) map[string][]row {
			rows := map[string][]row{}
			for id := range 6 {
				for range rapid.SampledFrom([]int{0, 1, 1, 2}).Draw(t, fmt.Sprintf("rows of %s under %d", side, id)) {
					rows[fmt.Sprint(id)] = append(rows[fmt.Sprint(id)], row{
						amount: rapid.IntRange(-1, 300).Draw(t, "amount"), unit: rapid.SampledFrom([]string{"CNY", "USD"}).Draw(t, "unit"),
						kind: rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "kind"), shard: rapid.IntRange(0, 3).Draw(t, "shard"),
					})
				}
			}
			return rows
		}
		a, b := draw("a"), draw("b")
		money := func(n int) string {
			if n < 0 {
				return ""
			}
			return fmt.Sprintf("%d.%02d", n/100, n%100)
		}
		textA, textB := "id,amount,cur,at,kind\nm,1.00,CNY,2026-11-20 10:00:00,x\n", "id,amount,cur,shard\nm,1.00,CNY,1\n"
		for _, id := range slices.Sorted(maps.Keys(a)) {
			for _, r := range a[id] {
				textA += fmt.Sprintf("%s,%s,%s,2026-11-20 10:00:00,%s\n", id, money(r.amount), r.unit, r.kind)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(b)) {
			for _, r := range b[id] {
				textB += fmt.Sprintf("%s,%s,%s,%d\n", id, money(r.amount), r.unit, r.shard)
			}
		}
		d.write("a.csv", textA)
		d.write("b.csv", textB)
		_, messages := d.run()
		texts := map[string][]string{}
		for _, m := range messages {
			texts[m.Outcome] = strings.Split(m.Fields["text"].Text, ";")
		}
		sumOf := func(sums map[string]int) string {
			var parts []string
			for _, unit := range slices.Sorted(maps.Keys(sums)) {
				parts = append(parts, money(sums[unit])+" "+unit)
			}
			if len(parts) == 0 {
				return "0.00"
			}
			return strings.Join(parts, ", ")
		}
		check := func(outcome string, count int, sums map[string]int, of map[string]bool, shards int) {
			got := texts[outcome]
			if count == 0 {
				if got != nil {
					t.Fatalf("%s: a message about nothing: %q", outcome, got)
				}
				return
			}
			if len(got) != 4 || got[0] != fmt.Sprint(count) || got[1] != sumOf(sums) || got[3] != fmt.Sprint(shards) {
				t.Fatalf("%s: got %q, want %d, %s, %d", outcome, got, count, sumOf(sums), shards)
			}
			var sample []string
			if got[2] != "" {
				sample = strings.Split(got[2], ", ")
			}
			if len(sample) != min(2, len(of)) || len(sample) == 2 && sample[0] == sample[1] || slices.ContainsFunc(sample, func(s string) bool { return !of[s] }) {
				t.Fatalf("%s: sample %q of %v", outcome, got[2], of)
			}
		}
		missing, sums, kinds := 0, map[string]int{}, map[string]bool{}
		for id, rows := range a {
			if len(rows) == 1 && len(b[id]) == 0 && rows[0].kind != "x" {
				missing++
				if rows[0].amount >= 0 {
					sums[rows[0].unit] += rows[0].amount
				}
				kinds[rows[0].kind] = true
			}
		}
		check("missing", missing, sums, kinds, 0)

		// Rows of a duplicate stand side by side in the order in which the state keeps them, which is by digest: so only keys whose rows
		// all meet the condition, or none, are told here.
		double, clear := 0, true
		sums, shards, total := map[string]int{}, map[string]bool{}, 0
		for id := range 6 {
			ra, rb := a[fmt.Sprint(id)], b[fmt.Sprint(id)]
			if len(ra) < 2 && len(rb) < 2 {
				continue
			}
			met, of := 0, 0
			for _, r := range ra {
				of++
				if r.kind == "y" {
					met++
				}
			}
			for _, r := range rb {
				of++
				if r.shard > 1 {
					met++
				}
			}
			if met > 0 && met < of {
				clear = false
				continue
			}
			if met == 0 {
				continue
			}
			double++
			for _, r := range ra {
				if r.amount >= 0 {
					sums[r.unit] += r.amount
				}
			}
			for _, r := range rb {
				shards[fmt.Sprint(r.shard)] = true
				total += r.shard
			}
		}
		if clear {
			check("duplicate", double, sums, shards, total)
		}
	})
}
