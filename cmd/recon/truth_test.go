package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/plugins"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// truthCase is a rule of testdata/truth with random files for all of its sources. Sources promise the order of their keys, which is what the files
// have unless they are shuffled; then the promise is taken out of the rules.
type truthCase struct {
	dir     string
	ordered *program.Program
	any     *program.Program
	rows    map[string][]string // of each source, in order; the first is the header
	random  *rand.Rand
}

// promise is the line that a source has its order in.
var promise = regexp.MustCompile(`(?m)^  sorted *= .*\n`)

func compileTruth(t *testing.T, name string, text []byte) *program.Program {
	t.Helper()
	unit := lang.Compile([]*diag.File{{Name: name, Text: text}}, func([]string) schema.Catalog { return bundled() })
	for _, d := range unit.Diags {
		if d.Severity == diag.Error {
			t.Fatalf("%s: %s", name, d.Message)
		}
	}
	return unit.Program
}

// texts are values that look alike and are not, or are and do not look it.
var texts = []string{"", "a", "A", "a ", " a", "ａ", "\u00e9", "e\u0301", "1", "01", "1.0", "null", "NULL", "订单", "订 单", "a,b", `a"b`, "a|b", "a\nb", "😀"}

// truthValue is a random text of a type, as a csv file has it.
func truthValue(typ schema.Type, random *rand.Rand, nullable bool) string {
	if random.IntN(12) == 0 && nullable {
		return ""
	}
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	switch typ.Kind {
	case schema.String:
		return `"` + strings.ReplaceAll(texts[random.IntN(len(texts))], `"`, `""`) + `"`
	case schema.Enum:
		return pick(append(slices.Clone(typ.Values), "UNLISTED")...)
	case schema.Integer:
		return pick("0", "1", "-1", "7", "9223372036854775806", strconv.Itoa(random.IntN(5)))
	case schema.Decimal:
		if random.IntN(4) == 0 {
			return pick("0", "-0.00", "1", "1.0", "1.00", "-1", "10", "9999999999")
		}
		return fmt.Sprintf("%d.%02d", random.IntN(30), random.IntN(100))
	case schema.Float:
		return pick("0", "-0", "1.5", "1.5004", "1.502", "NaN", "1e3")
	case schema.Boolean:
		return pick("true", "false")
	case schema.Date:
		return fmt.Sprintf("2026-11-%02d", 19+random.IntN(3))
	case schema.Timestamp:
		return fmt.Sprintf("2026-11-%02d %02d:%02d:%02d", 19+random.IntN(3), pickHour(random), random.IntN(60), random.IntN(60))
	case schema.JSON:
		return pick(`"{""a"":1,""b"":[2]}"`, `"{""b"":[2.0],""a"":1}"`, `"{""a"":1}"`, `"[]"`, `"null"`)
	}
	panic("no values of type " + typ.String())
}

// pickHour is mostly near midnight, where windows have their edges.
func pickHour(random *rand.Rand) int { return []int{0, 0, 12, 23, 23}[random.IntN(5)] }

// keyValue is the value that key n has in a column; it ascends with n.
func keyValue(typ schema.Type, n int) string {
	if typ.Kind == schema.Integer {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("K%03d%s", n, []string{"", " ", "a", "A", "单"}[n%5])
}

// fill makes the files of a case: most keys have a row on every side with the values that its neighbours have.
func (c *truthCase) fill(keys int) {
	seed := c.random.Uint64()
	c.rows = map[string][]string{}
	for _, src := range c.ordered.Sources {
		if src.View != nil {
			continue
		}
		var header []string
		for _, col := range src.Columns {
			header = append(header, col.Name)
		}
		rows := []string{strings.Join(header, ",")}
		row := func(key int, random *rand.Rand) {
			var cells []string
			for i, col := range src.Columns {
				shared := rand.New(rand.NewPCG(seed+uint64(key), hashText(col.Name)))
				switch at := slices.Index(src.Sorted, i); {
				case at == 0 && key < 0:
					cells = append(cells, "")
				case at == 0:
					cells = append(cells, keyValue(col.Type, key/2))
				case at == 1:
					cells = append(cells, keyValue(col.Type, (key+2)%2))
				case random.IntN(12) == 0:
					cells = append(cells, truthValue(col.Type, random, i != src.Time))
				default:
					cells = append(cells, truthValue(col.Type, shared, i != src.Time))
				}
			}
			if src.BadRows && random.IntN(30) == 0 {
				cells[len(cells)-1] += ",one too many"
			}
			rows = append(rows, strings.Join(cells, ","))
		}
		for key := -2; key < keys; key++ {
			// A key of one column has every other number only, as two would be one.
			if len(src.Sorted) == 1 && key > 0 && key%2 == 1 {
				continue
			}
			for range []int{0, 1, 1, 1, 1, 1, 1, 1, 2, 3}[c.random.IntN(10)] {
				row(key, c.random)
			}
		}
		c.rows[src.Name] = rows
	}
}

func hashText(s string) (h uint64) {
	for _, b := range []byte(s) {
		h = h*1099511628211 ^ uint64(b)
	}
	return h
}

func (c *truthCase) write(t *testing.T, shuffle bool) {
	t.Helper()
	for name, rows := range c.rows {
		rows = slices.Clone(rows)
		if shuffle {
			body := rows[1:]
			c.random.Shuffle(len(body), func(i, j int) { body[i], body[j] = body[j], body[i] })
		}
		if err := os.WriteFile(filepath.Join(c.dir, name+".csv"), []byte(strings.Join(rows, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// way is one way to run a rule, which must not matter.
type way struct {
	strategy string
	budget   int64
	batch    int
	cores    int
	shuffled bool
}

func randomWay(random *rand.Rand, mayMerge bool) way {
	w := way{budget: 64 << 10 << random.IntN(8), batch: []int{0, 1, 2, 7, 64, 1000}[random.IntN(6)], cores: random.IntN(3)}
	switch random.IntN(3) {
	case 0:
		w.shuffled = true
		w.strategy = []string{"", "hash"}[random.IntN(2)]
	case 1:
		w.strategy = "hash"
	case 2:
		if mayMerge {
			w.strategy = "merge"
		}
	}
	return w
}

// waitForLock is longer than a process that another test starts keeps the locks of this one, which is from its fork to its exec.
const waitForLock = time.Minute

// run runs a rule, twice, in a new state: the second run finds what the first has left open. It gives all that a user sees of both.
func (c *truthCase) run(t *testing.T, name string, w way) string {
	t.Helper()
	c.write(t, w.shuffled)
	p := c.ordered
	if w.shuffled {
		p = c.any
	}
	stateDir := t.TempDir()
	e := engine.New(p, engine.Config{
		Open:     func(context.Context, *program.Source) (sdk.Source, error) { return plugins.Builtin()["csv"](), nil },
		StateDir: stateDir, Wait: waitForLock, Show: 10_000, Budget: w.budget, Strategy: w.strategy, Cores: w.cores, Batch: w.batch,
	})
	failed := 0
	at := slices.IndexFunc(p.Rules, func(r *program.Rule) bool { return r.Name == name })
	var out bytes.Buffer
	for i := range 2 {
		report, err := e.Run(t.Context(), engine.Request{Rule: p.Rules[at], At: time.Date(2026, 11, 21+2*i, 0, 10, 0, 0, time.UTC)})
		if err != nil {
			fmt.Fprintln(&out, err)
			failed++
			continue
		}
		if err := result.Text(&out, report, result.Style{}); err != nil {
			t.Fatal(err)
		}
	}
	if failed > 0 {
		return out.String()
	}
	ledger, err := engine.OpenLedger(t.Context(), stateDir, waitForLock, "a test", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()
	var list []result.Break
	for b, err := range ledger.Breaks(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, *b)
	}
	result.Sort(list)
	if err := result.Export(&out, "json", seq(list)); err != nil {
		t.Fatal(err)
	}
	return moments.ReplaceAllString(out.String(), "")
}

// moments are what changes from run to run in what is open.
var moments = regexp.MustCompile(`"(first_seen|first_run|last_run)":"[^"]*"`)

// TestOneTruth runs every rule of testdata/truth over random rows in random ways: by every strategy that applies, with any budget, batch and number
// of cores, in any order of rows. All ways give the same bytes. RECON_TRUTHS says how many runs, 300 if it is not set.
func TestOneTruth(t *testing.T) {
	t.Parallel()
	times := 300
	if n, err := strconv.Atoi(os.Getenv("RECON_TRUTHS")); err == nil {
		times = n
	}
	const ways = 5 // of one rule over the same rows
	files, err := filepath.Glob("testdata/truth/*.recon")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var mu sync.Mutex // guards what follows
	outcomes, strategies := map[string]bool{}, map[string]int{}
	var next atomic.Int64
	t.Run("cases", func(t *testing.T) {
		for worker := range 4 { // they wait for the disk, mostly
			t.Run(strconv.Itoa(worker), func(t *testing.T) {
				t.Parallel()
				for n := int(next.Add(1)) - 1; n*ways < times && !t.Failed(); n = int(next.Add(1)) - 1 {
					truth(t, files[n%len(files)], n, ways, func(w way, out string) {
						mu.Lock()
						defer mu.Unlock()
						strategies[w.strategy]++
						for _, o := range result.Outcomes {
							if strings.Contains(out, "\n"+o.String()) {
								outcomes[o.String()] = true
							}
						}
					})
				}
			})
		}
	})
	if times >= 300 && (len(outcomes) != len(result.Outcomes) || strategies["merge"] < times/20) {
		t.Errorf("too few outcomes or strategies: %v, %v", slices.Sorted(maps.Keys(outcomes)), strategies)
	}
}

// truth runs a rule of a file over the rows of case n in so many ways.
func truth(t *testing.T, file string, n, ways int, ran func(way, string)) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := &truthCase{dir: t.TempDir(), random: rand.New(rand.NewPCG(uint64(n), 17))}
	c.ordered = compileTruth(t, filepath.Join(c.dir, "r.recon"), text)
	c.any = compileTruth(t, filepath.Join(c.dir, "r.recon"), promise.ReplaceAll(text, nil))
	c.fill(10 + c.random.IntN(150))
	rule := c.ordered.Rules[c.random.IntN(len(c.ordered.Rules))]
	w := way{budget: 64 << 20}
	want := c.run(t, rule.Name, w)
	ran(w, want)
	for range ways - 1 {
		w = randomWay(c.random, merges(rule))
		got := c.run(t, rule.Name, w)
		ran(w, got)
		if got != want {
			same(t, fmt.Sprintf("%s of %s, case %d, %+v", rule.Name, file, n, w), got, want)
		}
	}
}

// merges reports whether the merge strategy applies to a rule of the corpus: its keys are the order that its sources promise.
func merges(r *program.Rule) bool {
	for _, s := range r.Sides {
		if s.Source.View != nil || len(s.Source.Sorted) != len(r.Keys) {
			return false
		}
	}
	return len(r.Keys) > 0 && r.Name != "computed"
}
