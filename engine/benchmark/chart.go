package main

import (
	"fmt"
	"math"
	"strings"
)

// bars is a chart of groups of bars, one of each series in each group.
type bars struct {
	title  string
	unit   string
	series []string
	groups []group
}

// group is bars that stand together; a value of 0 has none.
type group struct {
	name   string
	values []float64
}

var fills = []string{"#8a8f98", "#1f6feb", "#c0c4cc"}

// svg draws the chart, lying: the names of groups stand on the left, figures at the ends of the bars. It has a ground of its own, so that it can be
// read on a dark page too.
func (c bars) svg() string {
	const width, left, right, bar, gap, top = 760, 150, 110, 18, 14, 64
	most := 0.0
	height := top
	for _, g := range c.groups {
		height += len(c.series)*bar + gap
		for _, v := range g.values {
			most = max(most, v)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", width, height)
	fmt.Fprintf(&b, `<text x="16" y="26" font-size="15" font-weight="bold" fill="#1c1f23">%s</text>`+"\n", c.title)
	x := left
	for i, name := range c.series {
		fmt.Fprintf(&b, `<rect x="%d" y="38" width="12" height="12" fill="%s"/><text x="%d" y="49" fill="#1c1f23">%s</text>`+"\n", x, fills[i], x+18, name)
		x += 34 + 8*len(name)
	}
	y := top
	for _, g := range c.groups {
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end" fill="#1c1f23">%s</text>`+"\n", left-10, y+(len(c.series)*bar)/2+5, g.name)
		for i, v := range g.values {
			if v > 0 {
				length := int(math.Round(v / most * (width - left - right)))
				fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`, left, y+1, max(length, 1), bar-2, fills[i])
				fmt.Fprintf(&b, `<text x="%d" y="%d" fill="#1c1f23">%s %s</text>`+"\n", left+length+6, y+bar-5, figure(v), c.unit)
			}
			y += bar
		}
		y += gap
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// figure is a number with about three digits.
func figure(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// charts are the pictures of the page, by file name.
func charts(rows []row) map[string]string {
	series := []string{"DuckDB", "recon", "csvdiff"}
	wall := bars{title: "Time for a row, both sides counted", unit: "ns", series: series}
	memory := bars{title: "Largest memory of the whole process tree", unit: "MB", series: series}
	for _, r := range rows {
		bytes := func(s sample) float64 { return float64(s.peakBytes >> 20) }
		wall.groups = append(wall.groups, group{r.name, []float64{r.perRow(r.duck.wall), r.perRow(r.recon.wall), r.perRow(r.csvdiff.wall)}})
		memory.groups = append(memory.groups, group{r.name, []float64{bytes(r.duck), bytes(r.recon), bytes(r.csvdiff)}})
	}
	return map[string]string{"performance-time.svg": wall.svg(), "performance-memory.svg": memory.svg()}
}
