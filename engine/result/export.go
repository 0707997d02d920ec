package result

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/xuri/excelize/v2"
)

// Formats are the formats that Export writes.
var Formats = []string{"csv", "json", "xlsx"}

// Export writes breaks as a table (csv, xlsx) or as an array of objects (json). A table has a
// line for each break; a break with several rows on one side has as many lines as its
// longest side. The columns are those of the break, of its key, and of each side's rows as SIDE.COLUMN. breaks is
// gone through twice for a table, and never held in memory.
func Export(w io.Writer, format string, breaks iter.Seq2[*Break, error]) error {
	switch format {
	case "json":
		return exportJSON(w, breaks)
	case "csv", "xlsx":
		sheet, err := newSheet(breaks)
		if err != nil {
			return err
		}
		if format == "csv" {
			return sheet.csv(w, breaks)
		}
		return sheet.xlsx(w, breaks)
	}
	return fmt.Errorf("export breaks: unknown format %q: csv, json or xlsx", format)
}

// breakColumns are the columns that every break has.
var breakColumns = []string{"break", "rule", "state", "what", "amount", "unit", "first_seen", "first_run", "last_run", "accepted_by", "accepted_why", "comparisons"}

type sheet struct {
	heads []string
	index map[string]int
}

// newSheet finds the columns: those of breaks, then of keys, then of sides, in the order met.
func newSheet(breaks iter.Seq2[*Break, error]) (*sheet, error) {
	var keys, sides []string
	seen := map[string]bool{}
	note := func(list *[]string, name string) {
		if !seen[name] {
			seen[name] = true
			*list = append(*list, name)
		}
	}
	for b, err := range breaks {
		if err != nil {
			return nil, err
		}
		for _, f := range b.Key {
			note(&keys, "key."+f.Name)
		}
		for _, r := range b.Rows {
			for _, f := range r.Values {
				note(&sides, r.Side+"."+f.Name)
			}
			if r.Reason != "" {
				note(&sides, r.Side+".reason")
			}
			if r.Window != nil {
				note(&sides, r.Side+".window")
			}
		}
	}
	s := &sheet{heads: slices.Concat(breakColumns, keys, sides), index: map[string]int{}}
	for i, h := range s.heads {
		s.index[h] = i
	}
	return s, nil
}

// lines are the table's lines for one break; each must be used before the next is asked for.
func (s *sheet) lines(b *Break) iter.Seq[[]schema.Value] {
	return func(yield func([]schema.Value) bool) {
		bySide := map[string][]*Row{}
		longest := 1
		for i := range b.Rows {
			r := &b.Rows[i]
			bySide[r.Side] = append(bySide[r.Side], r)
			longest = max(longest, len(bySide[r.Side]))
		}
		line := make([]schema.Value, len(s.heads))
		for n := range longest {
			clear(line)
			s.head(line, b)
			for side, rows := range bySide {
				if n >= len(rows) {
					continue
				}
				for _, f := range rows[n].Values {
					line[s.index[side+"."+f.Name]] = f.Value
				}
				if rows[n].Reason != "" {
					line[s.index[side+".reason"]] = schema.Text(rows[n].Reason)
				}
				if rows[n].Window != nil {
					line[s.index[side+".window"]] = schema.Text(rows[n].Window.Start.Format(time.RFC3339))
				}
			}
			if !yield(line) {
				return
			}
		}
	}
}

func (s *sheet) head(line []schema.Value, b *Break) {
	text := func(i int, t string) {
		if t != "" {
			line[i] = schema.Text(t)
		}
	}
	text(0, b.ID)
	text(1, b.Rule)
	text(2, b.State())
	text(3, b.What())
	line[4] = b.Amount
	text(5, b.Unit)
	if !b.FirstSeen.IsZero() {
		text(6, b.FirstSeen.Format(time.RFC3339))
	}
	text(7, b.FirstRun)
	text(8, b.LastRun)
	if b.Accepted != nil {
		text(9, b.Accepted.Who)
		text(10, b.Accepted.Why)
	}
	if len(b.Comparisons) > 0 {
		text(11, b.Values())
	}
	for _, f := range b.Key {
		line[s.index["key."+f.Name]] = f.Value
	}
}

// State is the break's state in one word.
func (b *Break) State() string {
	switch {
	case b.Accepted != nil:
		return "accepted"
	case b.Pending:
		return "pending"
	case b.Expired:
		return "expired"
	}
	return "open"
}

func (s *sheet) csv(w io.Writer, breaks iter.Seq2[*Break, error]) error {
	out := csv.NewWriter(w)
	if err := out.Write(s.heads); err != nil {
		return fmt.Errorf("export breaks: %w", err)
	}
	cells := make([]string, len(s.heads))
	for b, err := range breaks {
		if err != nil {
			return err
		}
		for line := range s.lines(b) {
			for i, v := range line {
				cells[i] = ""
				if !empty(v) {
					cells[i] = v.String()
				}
			}
			if err := out.Write(cells); err != nil {
				return fmt.Errorf("export breaks: %w", err)
			}
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("export breaks: %w", err)
	}
	return nil
}

// empty reports whether a cell holds nothing: a null, or no value at all.
func empty(v schema.Value) bool { return v.Null || v.Type.Kind == schema.Invalid }

// excelDigits is how many significant digits Excel keeps of a number; a longer one is
// written as text, so that no cent is lost on opening the file.
const excelDigits = 15

func (s *sheet) xlsx(w io.Writer, breaks iter.Seq2[*Break, error]) error {
	book := excelize.NewFile()
	defer book.Close()
	const name = "breaks"
	if err := book.SetSheetName("Sheet1", name); err != nil {
		return fmt.Errorf("export breaks: %w", err)
	}
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return fmt.Errorf("export breaks: %w", err)
	}
	out, err := book.NewStreamWriter(name)
	if err != nil {
		return fmt.Errorf("export breaks: %w", err)
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return fmt.Errorf("export breaks: %w", err)
	}
	cells := make([]any, len(s.heads))
	for i, h := range s.heads {
		cells[i] = excelize.Cell{StyleID: bold, Value: h}
	}
	numbers := map[int32]int{} // decimals → style that shows them
	row := 1
	put := func() error {
		if row > excelize.TotalRows {
			return fmt.Errorf("export breaks: more than %d lines, which is all that xlsx holds: use csv", excelize.TotalRows)
		}
		at, err := excelize.CoordinatesToCellName(1, row)
		if err != nil {
			return err
		}
		row++
		return out.SetRow(at, cells)
	}
	if err := put(); err != nil {
		return err
	}
	for b, err := range breaks {
		if err != nil {
			return err
		}
		for line := range s.lines(b) {
			for i, v := range line {
				if cells[i], err = excelCell(book, numbers, v); err != nil {
					return fmt.Errorf("export breaks: %w", err)
				}
			}
			if err := put(); err != nil {
				return err
			}
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("export breaks: %w", err)
	}
	if err := book.Write(w); err != nil {
		return fmt.Errorf("export breaks: %w", err)
	}
	return nil
}

// excelCell is v as a cell: numbers as numbers with all their decimals shown, if Excel keeps
// them, and everything else as text.
func excelCell(book *excelize.File, numbers map[int32]int, v schema.Value) (any, error) {
	if empty(v) {
		return nil, nil
	}
	switch v.Type.Kind {
	case schema.Integer:
		if decimal.Digits(decimal.FromInt64(v.Int)) <= excelDigits {
			return v.Int, nil
		}
	case schema.Decimal, schema.Percent:
		if decimal.Digits(v.Dec.Coef) > excelDigits {
			break
		}
		f, err := strconv.ParseFloat(v.String(), 64)
		if err != nil {
			return nil, err
		}
		style, ok := numbers[v.Dec.Scale]
		if !ok {
			format := "#,##0"
			if v.Dec.Scale > 0 {
				format += "." + strings.Repeat("0", int(v.Dec.Scale))
			}
			if style, err = book.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
				return nil, err
			}
			numbers[v.Dec.Scale] = style
		}
		return excelize.Cell{StyleID: style, Value: f}, nil
	case schema.Boolean:
		return v.Int != 0, nil
	}
	return v.String(), nil
}

func exportJSON(w io.Writer, breaks iter.Seq2[*Break, error]) error {
	out := bufio.NewWriter(w)
	separator := "[\n"
	for b, err := range breaks {
		if err != nil {
			return err
		}
		text, err := json.Marshal(b)
		if err != nil {
			return fmt.Errorf("export break %s: %w", b.ID, err)
		}
		out.WriteString(separator)
		out.Write(text)
		separator = ",\n"
	}
	if separator == "[\n" {
		out.WriteString("[")
	}
	out.WriteString("\n]\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("export breaks: %w", err)
	}
	return nil
}
