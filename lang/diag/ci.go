package diag

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// GitHub writes l as workflow commands, which GitHub Actions shows beside the lines.
func GitHub(w io.Writer, l List) error {
	b := bufio.NewWriter(w)
	for _, d := range l {
		command := map[Severity]string{Error: "error", Warning: "warning", Info: "notice"}[d.Severity]
		fmt.Fprintf(b, "::%s ", command)
		if d.Span.File != nil {
			line, column := d.Span.Position()
			endLine, endColumn := d.Span.EndPosition()
			fmt.Fprintf(b, "file=%s,line=%d,endLine=%d,", githubProperty(slashed(d.Span.File.Name)), line, endLine)
			if line == endLine { // a column of another line confuses it
				fmt.Fprintf(b, "col=%d,endColumn=%d,", column, max(endColumn-1, column))
			}
		}
		fmt.Fprintf(b, "title=%s::%s\n", githubProperty(string(d.Code)), githubText(withHint(d)))
	}
	return b.Flush()
}

func githubText(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

func githubProperty(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(githubText(text))
}

// withHint is the message of d and, on a line of its own, its hint.
func withHint(d Diagnostic) string {
	if d.Hint == "" {
		return d.Message
	}
	return d.Message + "\nhint: " + d.Hint
}

// slashed is a path as URLs write it.
func slashed(name string) string { return filepath.ToSlash(name) }

// GitLab writes l as a Code Quality report.
func GitLab(w io.Writer, l List) error {
	type lines struct {
		Begin int `json:"begin"`
		End   int `json:"end"`
	}
	type location struct {
		Path  string `json:"path"`
		Lines lines  `json:"lines"`
	}
	type issue struct {
		Description string   `json:"description"`
		CheckName   Code     `json:"check_name"`
		Fingerprint string   `json:"fingerprint"`
		Severity    string   `json:"severity"`
		Location    location `json:"location"`
	}
	issues := make([]issue, 0, len(l))
	seen := map[string]int{}
	for _, d := range l {
		at := location{Path: slashed(name(d))}
		at.Lines.Begin, _ = d.Span.Position()
		at.Lines.End, _ = d.Span.EndPosition()
		// The fingerprint leaves the line out, so that text inserted above makes no new issue.
		what := strings.Join([]string{string(d.Code), at.Path, d.Message, d.Span.Text()}, "\x00")
		seen[what]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", what, seen[what]))
		severity := map[Severity]string{Error: "major", Warning: "minor", Info: "info"}[d.Severity]
		issues = append(issues, issue{withHint(d), d.Code, hex.EncodeToString(sum[:16]), severity, at})
	}
	return encode(w, issues)
}

// JUnit writes a test report: one case for each of files, which fails if l has an error in it or, if strict, a
// warning. Other warnings are its output. Diagnostics without a file belong to a case of their own.
func JUnit(w io.Writer, files []*File, l List, strict bool) error {
	type failure struct {
		Message string `xml:"message,attr"`
		Type    Code   `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	type testCase struct {
		Name      string    `xml:"name,attr"`
		ClassName string    `xml:"classname,attr"`
		Failures  []failure `xml:"failure"`
		Output    string    `xml:"system-out,omitempty"`
	}
	type suite struct {
		XMLName  xml.Name   `xml:"testsuite"`
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Cases    []testCase `xml:"testcase"`
	}
	s := suite{Name: "recon check"}
	index := map[string]int{}
	add := func(name string) int {
		if i, ok := index[name]; ok {
			return i
		}
		index[name] = len(s.Cases)
		s.Cases = append(s.Cases, testCase{Name: name, ClassName: "recon"})
		return index[name]
	}
	for _, f := range files {
		add(f.Name)
	}
	for _, d := range l {
		if d.Severity == Info {
			continue
		}
		c := &s.Cases[add(cmp.Or(name(d), "recon"))]
		var text strings.Builder
		if err := Text(&text, List{d}, false); err != nil {
			return err
		}
		if d.Severity == Warning && !strict {
			c.Output += text.String()
			continue
		}
		c.Failures = append(c.Failures, failure{Message: d.Message, Type: d.Code, Text: text.String()})
	}
	s.Tests = len(s.Cases)
	for _, c := range s.Cases {
		if len(c.Failures) > 0 {
			s.Failures++
		}
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
