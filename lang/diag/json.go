package diag

import (
	"encoding/json"
	"io"
)

// JSON writes l as one object for programs: {"diagnostics": [...]}. Its members only ever grow.
// Lines and columns count from 1 and columns count characters; offsets count bytes from 0.
func JSON(w io.Writer, l List) error {
	out := struct {
		Diagnostics []jsonDiagnostic `json:"diagnostics"`
	}{Diagnostics: make([]jsonDiagnostic, 0, len(l))}
	for _, d := range l {
		j := jsonDiagnostic{Code: d.Code, Severity: d.Severity.String(), jsonSpan: spanJSON(d.Span), Message: d.Message, Hint: d.Hint}
		for _, r := range d.Related {
			j.Related = append(j.Related, jsonRelated{spanJSON(r.Span), r.Message})
		}
		for _, f := range d.Fixes {
			fix := jsonFix{Title: f.Title, Safe: f.Safe}
			for _, e := range f.Edits {
				fix.Edits = append(fix.Edits, jsonEdit{spanJSON(e.Span), e.New})
			}
			j.Fixes = append(j.Fixes, fix)
		}
		out.Diagnostics = append(out.Diagnostics, j)
	}
	return encode(w, out)
}

// encode writes v as indented JSON in which < > & stand for themselves.
func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

type jsonDiagnostic struct {
	Code     Code   `json:"code"`
	Severity string `json:"severity"`
	jsonSpan
	Message string        `json:"message"`
	Hint    string        `json:"hint,omitempty"`
	Related []jsonRelated `json:"related,omitempty"`
	Fixes   []jsonFix     `json:"fixes,omitempty"`
}

type jsonSpan struct {
	File  string        `json:"file,omitempty"`
	Start *jsonPosition `json:"start,omitempty"`
	End   *jsonPosition `json:"end,omitempty"`
}

type jsonPosition struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Offset int `json:"offset"`
}

type jsonRelated struct {
	jsonSpan
	Message string `json:"message"`
}

type jsonFix struct {
	Title string     `json:"title"`
	Safe  bool       `json:"safe,omitempty"`
	Edits []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	jsonSpan
	New string `json:"new"`
}

func spanJSON(s Span) jsonSpan {
	if s.File == nil {
		return jsonSpan{}
	}
	start, end := &jsonPosition{Offset: s.Start}, &jsonPosition{Offset: s.End}
	start.Line, start.Column = s.Position()
	end.Line, end.Column = s.EndPosition()
	return jsonSpan{s.File.Name, start, end}
}
