package sdktest

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// cell is a field of a text of rows: an empty one without quotes is null.
type cell struct {
	text   string
	quoted bool
}

// splitRows cuts csv text into rows of cells. Quotes double within quotes; rows end
// with a newline; an empty line is no row.
func splitRows(text string) ([][]cell, error) {
	var rows [][]cell
	for text != "" {
		var row []cell
		for {
			c, rest, err := nextCell(text)
			if err != nil {
				return nil, fmt.Errorf("row %d: %w", len(rows), err)
			}
			row = append(row, c)
			if !strings.HasPrefix(rest, ",") {
				text = strings.TrimPrefix(rest, "\n")
				break
			}
			text = rest[1:]
		}
		if len(row) > 1 || row[0] != (cell{}) {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func nextCell(text string) (c cell, rest string, err error) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexAny(text, ",\n")
		if end < 0 {
			end = len(text)
		}
		return cell{text: text[:end]}, text[end:], nil
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		if text[i] != '"' {
			b.WriteByte(text[i])
			continue
		}
		if i+1 < len(text) && text[i+1] == '"' {
			b.WriteByte('"')
			i++
			continue
		}
		rest = text[i+1:]
		if rest != "" && rest[0] != ',' && rest[0] != '\n' {
			return c, rest, fmt.Errorf("text after a closing quote")
		}
		return cell{text: b.String(), quoted: true}, rest, nil
	}
	return c, "", fmt.Errorf("a quote is not closed")
}

// parseRows reads rows as Case.Rows writes them. The first line names columns, in
// any order; those left out are null. Times without a zone are taken in zone.
func parseRows(text string, columns []schema.Column, zone *batch.Zone) ([][]schema.Value, error) {
	lines, err := splitRows(text)
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	at := make([]int, len(columns)) // of each column, its cell; -1: left out
	for i := range at {
		at[i] = -1
	}
	for j, c := range lines[0] {
		found := false
		for i := range columns {
			if columns[i].Name == c.text {
				at[i], found = j, true
			}
		}
		if !found {
			return nil, fmt.Errorf("the first line names %q, which is no column", c.text)
		}
	}
	var rows [][]schema.Value
	for n, line := range lines[1:] {
		if len(line) != len(lines[0]) {
			return nil, fmt.Errorf("row %d has %d cells, the first line names %d", n+1, len(line), len(lines[0]))
		}
		row := make([]schema.Value, len(columns))
		for i, c := range columns {
			if row[i] = (schema.Value{Type: c.Type, Null: true}); at[i] < 0 {
				continue
			}
			v, problem := parseCell(line[at[i]], c.Type, zone)
			if problem != "" {
				return nil, fmt.Errorf("row %d, column %s: %q is %s", n+1, c.Name, line[at[i]].text, problem)
			}
			row[i] = v
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func parseCell(c cell, t schema.Type, zone *batch.Zone) (schema.Value, string) {
	if c == (cell{}) {
		return schema.Value{Type: t, Null: true}, ""
	}
	b := batch.NewBuilder(t)
	if problem := b.Column(0).AppendText([]byte(c.text), zone); problem != "" {
		return schema.Value{}, problem
	}
	return b.Column(0).Value(0), ""
}
