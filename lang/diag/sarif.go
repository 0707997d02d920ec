package diag

import (
	"io"
	"net/url"
	"slices"
)

// SARIF writes l as a SARIF 2.1.0 log. version is the version of recon.
func SARIF(w io.Writer, l List, version string) error {
	var codes []Code
	results := make([]sarifResult, 0, len(l))
	for _, d := range l {
		if !slices.Contains(codes, d.Code) {
			codes = append(codes, d.Code)
		}
		results = append(results, resultOf(d))
	}
	slices.Sort(codes)
	rules := make([]sarifRule, 0, len(codes))
	for _, c := range codes {
		rule := sarifRule{ID: c}
		if e, ok := Explain(c); ok {
			rule.Short, rule.Full = &sarifText{e.Title}, &sarifText{e.Why}
			if how := e.Silence(); how != "" {
				rule.Help = &sarifText{"Mend it, or silence it on the statement's line or the line above: " + how}
			}
		}
		if c.Lint() {
			rule.Default = &sarifLevel{"warning"}
		}
		rules = append(rules, rule)
	}
	for i := range results {
		results[i].RuleIndex, _ = slices.BinarySearch(codes, results[i].RuleID)
	}
	driver := sarifDriver{Name: "recon", Version: version, Rules: rules}
	return encode(w, sarifLog{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{{Tool: sarifTool{driver}, ColumnKind: "unicodeCodePoints", Results: results}},
	})
}

func resultOf(d Diagnostic) sarifResult {
	r := sarifResult{RuleID: d.Code, Level: map[Severity]string{Error: "error", Warning: "warning", Info: "note"}[d.Severity], Message: sarifText{withHint(d)}}
	if d.Span.File != nil {
		r.Locations = []sarifLocation{locationOf(d.Span, "")}
	}
	for _, rel := range d.Related {
		if rel.Span.File != nil {
			r.Related = append(r.Related, locationOf(rel.Span, rel.Message))
		}
	}
	for _, f := range d.Fixes {
		r.Fixes = append(r.Fixes, fixOf(f))
	}
	return r
}

func locationOf(s Span, message string) sarifLocation {
	l := sarifLocation{Physical: sarifPhysical{Artifact: artifactOf(s.File), Region: regionOf(s)}}
	if message != "" {
		l.Message = &sarifText{message}
	}
	return l
}

func artifactOf(f *File) sarifArtifact {
	return sarifArtifact{URI: (&url.URL{Path: slashed(f.Name)}).String()}
}

func regionOf(s Span) sarifRegion {
	var r sarifRegion
	r.StartLine, r.StartColumn = s.Position()
	r.EndLine, r.EndColumn = s.EndPosition()
	return r
}

// fixOf groups the edits of f by file.
func fixOf(f Fix) sarifFix {
	out := sarifFix{Description: sarifText{f.Title}}
	for _, e := range f.Edits {
		at := artifactOf(e.Span.File)
		i := slices.IndexFunc(out.Changes, func(c sarifChange) bool { return c.Artifact == at })
		if i < 0 {
			i = len(out.Changes)
			out.Changes = append(out.Changes, sarifChange{Artifact: at})
		}
		out.Changes[i].Replacements = append(out.Changes[i].Replacements, sarifReplacement{regionOf(e.Span), sarifText{e.New}})
	}
	return out
}

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool     `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID    Code       `json:"id"`
	Short *sarifText `json:"shortDescription,omitempty"`
	Full  *sarifText `json:"fullDescription,omitempty"`
	Help  *sarifText `json:"help,omitempty"`
	// Default is absent of errors, whose results say their level themselves.
	Default *sarifLevel `json:"defaultConfiguration,omitempty"`
}

type sarifLevel struct {
	Level string `json:"level"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    Code            `json:"ruleId"`
	RuleIndex int             `json:"ruleIndex"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations,omitempty"`
	Related   []sarifLocation `json:"relatedLocations,omitempty"`
	Fixes     []sarifFix      `json:"fixes,omitempty"`
}

type sarifLocation struct {
	Physical sarifPhysical `json:"physicalLocation"`
	Message  *sarifText    `json:"message,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

type sarifFix struct {
	Description sarifText     `json:"description"`
	Changes     []sarifChange `json:"artifactChanges"`
}

type sarifChange struct {
	Artifact     sarifArtifact      `json:"artifactLocation"`
	Replacements []sarifReplacement `json:"replacements"`
}

type sarifReplacement struct {
	Deleted  sarifRegion `json:"deletedRegion"`
	Inserted sarifText   `json:"insertedContent"`
}
