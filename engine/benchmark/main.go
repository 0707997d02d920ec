// Command benchmark measures recon beside DuckDB and, on the smallest case, csvdiff, on the same files in the same run: two csv files of
// orders, joined and compared. It writes the medians as a page of the docs, with charts. DuckDB is the Python package of the
// version below, in a virtual environment that it makes, csvdiff the Go module. What recon finds is checked against what was generated.
//
//	go run ./engine/benchmark -recon bin/recon -out docs/explanation/performance.md
//
// With -scale it measures recon alone, from a hundred thousand rows a side to a hundred million.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

const (
	duckVersion    = "1.5.6"
	csvdiffVersion = "v1.4.0"
	csvdiffRows    = 1_000_000
)

func main() {
	recon := flag.String("recon", "bin/recon", "the program to measure")
	out := flag.String("out", "", "page to write; empty: standard output only")
	work := flag.String("work", "bench", "folder for data; kept between runs")
	largest := flag.Int("largest", 100_000_000, "leave out cases of more rows a side than this")
	scale := flag.Bool("scale", false, "measure what a row costs, from few rows to many; the most take 40 GB of disk")
	flag.Parse()
	program, err := filepath.Abs(*recon)
	if err != nil {
		log.Fatal(err)
	}
	folder, err := filepath.Abs(*work)
	if err != nil {
		log.Fatal(err)
	}
	measure := bench
	if *scale {
		measure = benchScale
	}
	if err := measure(program, *out, folder, *largest); err != nil {
		log.Fatal(err)
	}
}

// benchCase is one pair of files with its targets.
type benchCase struct {
	name         string
	rows         int
	sorted, half bool
	runs         int     // counted ones, after one whose memory is watched
	faster       float64 // at least so many times as fast as DuckDB
	megabytes    int64
}

var cases = []benchCase{
	{"1m", 1_000_000, false, false, 5, 2.5, 200},
	{"10m", 10_000_000, false, false, 3, 2, 256},
	{"10m-sorted", 10_000_000, true, false, 3, 3.5, 96},
	{"10m-half", 10_000_000, false, true, 1, 1, 256},
}

type row struct {
	benchCase
	duck, recon sample
	csvdiff     sample // zero where it was not measured
	expressions sample // recon, with a rule whose comparisons are all expressions; zero where it was not measured
}

func bench(recon, out, work string, largest int) error {
	python, err := duckPython(work)
	if err != nil {
		return fmt.Errorf("install DuckDB: %w", err)
	}
	differ, err := csvdiff(work)
	if err != nil {
		return fmt.Errorf("build csvdiff: %w", err)
	}
	var rows []row
	for _, c := range cases {
		if c.rows > largest {
			continue
		}
		r, err := c.run(recon, python, differ, filepath.Join(work, c.name))
		if err != nil {
			return fmt.Errorf("case %s: %w", c.name, err)
		}
		rows = append(rows, r)
		log.Printf("%s: DuckDB %.2f s, recon %.2f s, %d MB", c.name, r.duck.wall.Seconds(), r.recon.wall.Seconds(), r.recon.peakBytes>>20)
	}
	page := report(rows)
	if out == "" {
		_, err = os.Stdout.Write(page)
		return err
	}
	for name, svg := range charts(rows) {
		if err := os.WriteFile(filepath.Join(filepath.Dir(out), name), []byte(svg), 0o644); err != nil {
			return err
		}
	}
	return splice(out, begin, end, page)
}

const duckScript = `import duckdb, sys
c = duckdb.connect()
c.execute("SET threads=2; SET preserve_insertion_order=false")
cols = "{'order_id':'VARCHAR','user_id':'BIGINT','amount':'DECIMAL(18,2)','fee':'DECIMAL(18,4)','currency':'VARCHAR','status':'VARCHAR','created_at':'TIMESTAMP','note':'VARCHAR'}"
for side in "lr":
    name = {"l": "left", "r": "right"}[side]
    c.execute(f"CREATE VIEW {side} AS SELECT * FROM read_csv('{name}.csv', header=true, columns={cols})")
print(*c.execute("""SELECT count(*) FILTER (r.order_id IS NULL), count(*) FILTER (l.order_id IS NULL),
  count(*) FILTER (abs(l.amount-r.amount) > 0.001), count(*) FILTER (l.status<>r.status),
  count(*) FILTER (abs(l.amount-r.amount) > 0.001 OR l.fee<>r.fee OR l.currency<>r.currency OR l.status<>r.status OR l.created_at<>r.created_at)
  FROM l FULL OUTER JOIN r ON l.order_id=r.order_id""").fetchone())
`

// rule compares the five columns that the query compares, and declares no others: both read the
// same. Its gates let everything pass, so that the exit code is 0.
const rule = `recon 1

source left from csv {
  path = "%[2]sleft.csv"
%[1]s
  columns {
    order_id    string
    amount      decimal(18, 2)
    fee         decimal(18, 4)
    currency    string
    status      string
    created_at  timestamp
  }
}

source right from csv {
  path = "%[2]sright.csv"
%[1]s
  columns {
    order_id    string
    amount      decimal(18, 2)
    fee         decimal(18, 4)
    currency    string
    status      string
    created_at  timestamp
  }
}

rule orders between left, right {
  key order_id
%[3]s  fail when missing.count < 0
}
`

const (
	comparisons = `  compare amount
  compare fee
  compare currency
  compare status
  compare created_at
`
	// expressions find the same as comparisons.
	expressions = `  compare left.amount * 2 = right.amount * 2 within 0.001 as amount
  compare left.fee + 0.0001 = right.fee + 0.0001 as fee
  compare upper(left.currency) = upper(right.currency) as currency
  compare trim(left.status) = trim(right.status) as status
  compare left.created_at + 1h = right.created_at + 1h as created_at
`
	besideExpressions = "-expressions" // ends the name of the folder with that rule, beside the one with the files
)

// files writes the files of the case and its rule into dir.
func (c benchCase) files(dir string) (truth, error) {
	want, err := generate(dir, c.rows, c.sorted, c.half)
	if err != nil {
		return want, err
	}
	sorted := ""
	if c.sorted {
		sorted = "  sorted = [order_id]\n"
	}
	beside := dir + besideExpressions
	return want, errors.Join(os.MkdirAll(beside, 0o755),
		os.WriteFile(filepath.Join(dir, "orders.recon"), fmt.Appendf(nil, rule, sorted, "", comparisons), 0o644),
		os.WriteFile(filepath.Join(beside, "orders.recon"), fmt.Appendf(nil, rule, sorted, "../"+filepath.Base(dir)+"/", expressions), 0o644))
}

// runRecon runs the rule once, without a state, and sees to it that it finds what is wanted.
func runRecon(recon, dir string, watch bool, want truth) (sample, error) {
	if err := os.RemoveAll(filepath.Join(dir, ".recon")); err != nil {
		return sample{}, err
	}
	s, err := measure(dir, watch, []int{0}, recon, "run", "orders", "--format", "json")
	if err != nil {
		return s, err
	}
	return s, verify(s.out, want)
}

func (c benchCase) run(recon, python, differ, dir string) (row, error) {
	want, err := c.files(dir)
	if err != nil {
		return row{}, err
	}
	if err := os.WriteFile(filepath.Join(dir, "duck.py"), []byte(duckScript), 0o644); err != nil {
		return row{}, err
	}
	var duck, ours, theirs, computed []sample
	for i := range c.runs + 1 {
		watch := i == 0
		d, err := measure(dir, watch, []int{0}, python, "duck.py")
		if err != nil {
			return row{}, err
		}
		r, err := runRecon(recon, dir, watch, want)
		if err != nil {
			return row{}, err
		}
		duck, ours = append(duck, d), append(ours, r)
		if c.rows > csvdiffRows {
			continue
		}
		// The key, and the five columns that the others compare, as text.
		t, err := measure(dir, watch, []int{0}, differ, "left.csv", "right.csv", "--primary-key", "0", "--columns", "2,3,4,5,6", "--format", "json")
		if err != nil {
			return row{}, err
		}
		e, err := runRecon(recon, dir+besideExpressions, watch, want)
		if err != nil {
			return row{}, err
		}
		theirs, computed = append(theirs, t), append(computed, e)
	}
	out := row{benchCase: c, duck: middle(duck), recon: middle(ours)}
	if len(theirs) > 0 {
		out.csvdiff, out.expressions = middle(theirs), middle(computed)
	}
	return out, nil
}

// verify holds a run's counts against what was generated.
func verify(out []byte, want truth) error {
	var got struct {
		Outcomes struct {
			Mismatch  struct{ By map[string]int64 }
			Missing   map[string]int64
			Duplicate map[string]int64
		}
	}
	if err := json.Unmarshal(out, &got); err != nil {
		return fmt.Errorf("read the run's result: %w", err)
	}
	o := got.Outcomes
	found := truth{o.Missing["left"], o.Missing["right"], o.Mismatch.By["amount"], o.Mismatch.By["status"], o.Duplicate["left"], o.Duplicate["right"]}
	if found != want {
		return fmt.Errorf("recon found %+v, the files have %+v", found, want)
	}
	return nil
}

const (
	begin = "<!-- measured: begin -->\n"
	end   = "<!-- measured: end -->\n"
)

func report(rows []row) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Measured on %s, %s/%s, %d cores, %s, DuckDB %s; medians of the counted runs after one that is not counted and whose memory is watched, the two programs in turn.\n\n",
		time.Now().UTC().Format(time.DateOnly), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), duckVersion)
	b.WriteString("| rows a side | runs | DuckDB wall | cpu | memory | recon wall | cpu | memory | times as fast | target | memory target |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %d | %.2f s | %.2f s | %d MB | %.2f s | %.2f s | %d MB | **%.2f** | %.1f | %d MB |\n", r.name, r.runs,
			r.duck.wall.Seconds(), r.duck.cpu.Seconds(), r.duck.peakBytes>>20,
			r.recon.wall.Seconds(), r.recon.cpu.Seconds(), r.recon.peakBytes>>20,
			r.duck.wall.Seconds()/r.recon.wall.Seconds(), r.faster, r.megabytes)
	}
	b.WriteString("\n")
	for _, r := range rows {
		if d := r.csvdiff; d.wall > 0 {
			fmt.Fprintf(&b, "csvdiff %s on %s: %.2f s, %.2f s of processor time, %d MB. It compares texts, and holds both files in memory.\n\n",
				csvdiffVersion, r.name, d.wall.Seconds(), d.cpu.Seconds(), d.peakBytes>>20)
		}
	}
	for _, r := range rows {
		if e := r.expressions; e.wall > 0 {
			fmt.Fprintf(&b, "A rule with the same comparisons as expressions (`left.amount * 2 = right.amount * 2`, `trim`, `upper`, times) on %s: %.2f s, %.2f s of processor time, which is %.2f times the plain rule (at most 1.5 is asked).\n\n",
				r.name, e.wall.Seconds(), e.cpu.Seconds(), e.cpu.Seconds()/r.recon.cpu.Seconds())
		}
	}
	b.WriteString("![Time for a row](performance-time.svg)\n\n![Memory](performance-memory.svg)\n")
	return b.Bytes()
}

// splice puts a measured part between its marks in the page.
func splice(name, begin, end string, measured []byte) error {
	page, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	head, rest, ok1 := bytes.Cut(page, []byte(begin))
	_, tail, ok2 := bytes.Cut(rest, []byte(end))
	if !ok1 || !ok2 {
		return fmt.Errorf("%s has no %s and %s", name, strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	return os.WriteFile(name, bytes.Join([][]byte{head, []byte(begin), []byte("\n"), measured, []byte("\n"), []byte(end), tail}, nil), 0o644)
}
