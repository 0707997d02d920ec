package ruletest

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/lang/diag"
)

// Diagnostics are the failures of tests, each at the expectation that was not met, or at the run in which something happened that was not
// expected.
func Diagnostics(results []*Result) (list diag.List) {
	for _, r := range results {
		for i := range r.Runs {
			run := &r.Runs[i]
			if run.Err != nil {
				list = append(list, diag.Diagnostic{Code: diag.TestTrouble, Span: run.Span, Message: fmt.Sprintf("%s: %v", Title(r.Test), run.Err)})
			}
			for i := range run.Failures {
				f := &run.Failures[i]
				d := diag.Diagnostic{Code: diag.NotExpected, Span: run.Span, Message: Title(r.Test) + ": " + f.Message()}
				if f.Expect != nil {
					d.Code, d.Span = diag.ExpectFailed, f.Expect.Span
				}
				for _, l := range f.table(result.Style{}) {
					d.Message += "\n" + l
				}
				list = append(list, d)
			}
		}
	}
	return list
}

// jsonTest is a test as `recon test --format json` prints it, one a line.
type jsonTest struct {
	Rule    string    `json:"rule"`
	Test    string    `json:"test"`
	File    string    `json:"file"`
	Line    int       `json:"line"`
	Passed  bool      `json:"passed"`
	Seconds float64   `json:"seconds"`
	Runs    []jsonRun `json:"runs"`
}

type jsonRun struct {
	At       time.Time     `json:"at"`
	Error    string        `json:"error,omitempty"`
	Failures []jsonFailure `json:"failures"`
}

type jsonFailure struct {
	Outcome  string    `json:"outcome"`
	Name     string    `json:"name,omitempty"`
	File     string    `json:"file"`
	Line     int       `json:"line"`
	Expected int64     `json:"expected"`
	Found    int64     `json:"found"`
	Columns  []string  `json:"columns"`
	Rows     []jsonRow `json:"rows"`
}

// jsonRow is a row of the table diff: "both", "expected" or "found".
type jsonRow struct {
	Kind   string    `json:"kind"`
	Values []*string `json:"values"` // as text; null is null
}

// lines writes values as JSON, one a line.
func lines(w io.Writer) *json.Encoder {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return out
}

// JSON writes an object for each test, one a line.
func JSON(w io.Writer, results []*Result) error {
	out := lines(w)
	for _, r := range results {
		t := jsonTest{Rule: r.Test.Rule.Name, Test: r.Test.Title, Passed: r.Passed(), Seconds: r.Seconds, Runs: []jsonRun{}}
		t.File, t.Line = at(r.Test.Span)
		for i := range r.Runs {
			t.Runs = append(t.Runs, jsonRunOf(&r.Runs[i]))
		}
		if err := out.Encode(t); err != nil {
			return err
		}
	}
	return nil
}

func at(s diag.Span) (file string, line int) {
	if s.File == nil {
		return "", 0
	}
	line, _ = s.Position()
	return s.File.Name, line
}

func jsonRunOf(run *Run) jsonRun {
	j := jsonRun{At: run.At, Failures: []jsonFailure{}}
	if run.Err != nil {
		j.Error = run.Err.Error()
	}
	for i := range run.Failures {
		f := &run.Failures[i]
		x := jsonFailure{Outcome: f.Outcome, Name: f.Name, Expected: f.Want, Found: f.Got, Columns: f.Columns, Rows: []jsonRow{}}
		x.File, x.Line = at(run.Span)
		if f.Expect != nil {
			x.File, x.Line = at(f.Expect.Span)
		}
		if x.Columns == nil {
			x.Columns = []string{}
		}
		for _, r := range f.Rows {
			row := jsonRow{Kind: [...]string{"both", "expected", "found"}[r.Kind], Values: []*string{}}
			for _, v := range r.Values {
				var text *string
				if !v.Null {
					s := v.String()
					text = &s
				}
				row.Values = append(row.Values, text)
			}
			x.Rows = append(x.Rows, row)
		}
		j.Failures = append(j.Failures, x)
	}
	return j
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

type junitCase struct {
	Name     string         `xml:"name,attr"`
	Class    string         `xml:"classname,attr"`
	File     string         `xml:"file,attr,omitempty"`
	Line     int            `xml:"line,attr,omitempty"`
	Time     string         `xml:"time,attr"`
	Failures []junitFailure `xml:"failure"`
	Errors   []junitFailure `xml:"error"`
}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Cases    []junitCase `xml:"testcase"`
}

// JUnit writes a test report with a case for each test.
func JUnit(w io.Writer, results []*Result) error {
	s := junitSuite{Name: "recon test", Tests: len(results)}
	for _, r := range results {
		c := junitCase{Name: r.Test.Title, Class: r.Test.Rule.Name, Time: fmt.Sprintf("%.3f", r.Seconds)}
		c.File, c.Line = at(r.Test.Span)
		for i := range r.Runs {
			run := &r.Runs[i]
			if run.Err != nil {
				c.Errors = append(c.Errors, junitFailure{Message: run.Err.Error(), Text: place(run.Span)})
			}
			for i := range run.Failures {
				f := &run.Failures[i]
				span := run.Span
				if f.Expect != nil {
					span = f.Expect.Span
				}
				c.Failures = append(c.Failures, junitFailure{f.Message(), place(span) + "\n" + strings.Join(f.table(result.Style{}), "\n")})
			}
		}
		switch {
		case len(c.Errors) > 0:
			s.Errors++
		case len(c.Failures) > 0:
			s.Failures++
		}
		s.Cases = append(s.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
