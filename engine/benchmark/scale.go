package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"
)

// scale is cases of the same rows, shuffled, from few to many, with the same memory budget: what a row costs should not grow with them.
var scale = []benchCase{
	{name: "100k", rows: 100_000, runs: 5},
	{name: "1m", rows: 1_000_000, runs: 5},
	{name: "10m", rows: 10_000_000, runs: 3},
	{name: "100m", rows: 100_000_000, runs: 1},
}

// keptRows is how many rows a side may have for its files to be kept for the next time; those of a hundred million take 19 GB.
const keptRows = 10_000_000

const (
	scaleBegin = "<!-- scale: begin -->\n"
	scaleEnd   = "<!-- scale: end -->\n"
)

// benchScale measures recon alone on the cases of scale of up to so many rows, and writes the table and the chart of what a row costs.
func benchScale(recon, out, work string, largest int) error {
	var rows []row
	for _, c := range scale {
		if c.rows > largest {
			continue
		}
		r, err := c.runScale(recon, filepath.Join(work, c.name))
		if err != nil {
			return fmt.Errorf("case %s: %w", c.name, err)
		}
		log.Printf("%s: %.2f s, %.2f s of processor time, %d MB", c.name, r.recon.wall.Seconds(), r.recon.cpu.Seconds(), r.recon.peakBytes>>20)
		rows = append(rows, r)
	}
	page := scaleReport(rows)
	if out == "" {
		_, err := os.Stdout.Write(page)
		return err
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(out), "performance-scale.svg"), []byte(scaleChart(rows)), 0o644); err != nil {
		return err
	}
	return splice(out, scaleBegin, scaleEnd, page)
}

func (c benchCase) runScale(recon, dir string) (row, error) {
	want, err := c.files(dir)
	if err != nil {
		return row{}, err
	}
	if c.rows > keptRows {
		defer os.RemoveAll(dir)
		defer os.RemoveAll(dir + besideExpressions)
	}
	var ours []sample
	for i := range c.runs + 1 {
		if i > 0 && c.runs == 1 {
			break // what takes minutes is measured and watched in one
		}
		r, err := runRecon(recon, dir, i == 0, want)
		if err != nil {
			return row{}, err
		}
		ours = append(ours, r)
	}
	return row{benchCase: c, recon: middle(ours)}, nil
}

func scaleReport(rows []row) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Measured on %s, recon alone, shuffled, the default memory budget; medians. A row is a row of either side.\n\n", time.Now().UTC().Format(time.DateOnly))
	b.WriteString("| rows a side | runs | wall | cpu | memory | wall a row | cpu a row |\n|---|---|---|---|---|---|---|\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %d | %.2f s | %.2f s | %d MB | %.0f ns | %.0f ns |\n", r.name, r.runs, r.recon.wall.Seconds(), r.recon.cpu.Seconds(), r.recon.peakBytes>>20,
			r.perRow(r.recon.wall), r.perRow(r.recon.cpu))
	}
	b.WriteString("\n![What a row costs](performance-scale.svg)\n")
	return b.Bytes()
}

// perRow is a time divided by the rows of both sides, in nanoseconds.
func (r row) perRow(d time.Duration) float64 { return float64(d.Nanoseconds()) / float64(2*r.rows) }

func scaleChart(rows []row) string {
	c := bars{title: "What a row costs, from few rows to many", unit: "ns", series: []string{"processor time", "time"}}
	for _, r := range rows {
		c.groups = append(c.groups, group{r.name, []float64{r.perRow(r.recon.cpu), r.perRow(r.recon.wall)}})
	}
	return c.svg()
}
