package csv

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// maxFooter bounds the lines that are held back while reading.
const maxFooter = 1000

const (
	headerFirst = "first"
	headerAuto  = "auto"
	headerNone  = "none"
)

// Describe says what the source is and which settings it takes.
func (source) Describe() schema.Source {
	text := schema.Type{Kind: schema.String}
	integer := schema.Type{Kind: schema.Integer}
	boolean := schema.Type{Kind: schema.Boolean}
	return schema.Source{
		Name:    "csv",
		Version: "0.1.0",
		Doc: "Text files with one record a line and a delimiter between fields: csv, tsv and their relatives. " +
			"An empty field is null, a quoted empty field (\"\") is the empty text. Files that are gzip or zstd data are unpacked while reading. " +
			"Empty lines are passed over, except in files of one column, where each is a null. " +
			"Every row must have as many fields as the header, and every quote must close, in columns that are not read too.",
		Settings: []schema.Setting{
			{Name: "path", Type: schema.Type{Kind: schema.Path}, Required: true, Example: `"bills/${date}/*.csv.gz"`,
				Doc: "The file, or a pattern for several: * and ? match within a folder, ** any depth, {a,b} either. Files are read in the order of their paths, each with a header of its own."},
			{Name: "optional", Type: boolean, Default: "false", Example: "true",
				Doc: "Read no rows where no file is found. Otherwise that is an error."},
			{Name: "delimiter", Type: text, Default: ",", Example: `"\t"`,
				Doc: "What stands between two fields: one character, or several."},
			{Name: "quote", Type: text, Default: `"`, Example: `"none"`,
				Doc: `The character around fields that hold delimiters, quotes (doubled) or line breaks. It counts only at the start of a field. "none": quotes are text like any other.`},
			{Name: "encoding", Type: text, OneOf: []string{"utf-8", "gbk", "gb18030", "utf-16", "utf-16le", "utf-16be", "latin1"}, Default: "utf-8", Example: `"gb18030"`,
				Doc: "How the characters are stored. Without it a byte order mark at the start of the file decides, else it is UTF-8. Bytes that do not fit are an error, never replaced."},
			{Name: "skip", Type: integer, Default: "0", Example: "4",
				Doc: "Lines to leave out at the start of each file, before the header."},
			{Name: "header", Type: text, OneOf: []string{headerFirst, headerAuto, headerNone}, Default: headerFirst, Example: `"auto"`,
				Doc: `Where the names of the columns are. "first": in the first line after those skipped. "auto": in the first line that holds every column the rule reads. "none": nowhere; the columns are c1, c2, c3 and so on.`},
			{Name: "footer", Type: integer, Default: "0", Example: "2",
				Doc: "Lines to leave out at the end of each file, such as totals. Empty lines do not count."},
			{Name: "comment", Type: text, Example: `"#"`,
				Doc: "Lines that start with this text are left out."},
			{Name: "null", Type: schema.Type{Kind: schema.List, Elem: &text}, Example: `["NULL", "-"]`,
				Doc: `Texts that mean null, in quotes or not, besides the empty field. With "" in the list, a quoted empty field is null too.`},
			{Name: "trim", Type: boolean, Default: "false", Example: "true",
				Doc: "Leave out spaces and tabs around fields. What is inside quotes stays as it is."},
		},
	}
}

// options are the settings of one read, checked.
type options struct {
	path     string
	optional bool
	encoding string // "": a byte order mark decides
	skip     int64
	header   string
	footer   int64
	nulls    []string
	dialect
}

// dialect is how a record is cut into fields.
type dialect struct {
	delimiter []byte
	quote     byte // noQuote: none
	comment   []byte
	trim      bool
}

// noQuote never occurs in UTF-8, so a comparison with it is always false.
const noQuote = 0xff

func parseOptions(cfg schema.Config) (*options, error) {
	o := &options{
		path:     cfg.Text("path", ""),
		optional: cfg.Bool("optional", false),
		encoding: cfg.Text("encoding", ""),
		skip:     cfg.Int("skip", 0),
		header:   cfg.Text("header", headerFirst),
		footer:   cfg.Int("footer", 0),
		nulls:    cfg.Texts("null"),
		dialect: dialect{
			delimiter: []byte(cfg.Text("delimiter", ",")),
			quote:     noQuote,
			comment:   []byte(cfg.Text("comment", "")),
			trim:      cfg.Bool("trim", false),
		},
	}
	bad := func(setting, format string, args ...any) (*options, error) {
		return nil, &sdk.Error{Setting: setting, Message: fmt.Sprintf(format, args...)}
	}
	if o.path == "" {
		return bad("path", "path is empty")
	}
	if string(o.delimiter) == `\t` { // from a raw string
		o.delimiter = []byte("\t")
	}
	quote := cfg.Text("quote", `"`)
	switch {
	case quote == "none":
	case len(quote) == 1 && quote[0] < utf8.RuneSelf && quote[0] != '\n' && quote[0] != '\r':
		o.quote = quote[0]
	default:
		return bad("quote", `quote is %q; it is one ASCII character or "none"`, quote)
	}
	switch {
	case len(o.delimiter) == 0:
		return bad("delimiter", "delimiter is empty")
	case bytes.ContainsAny(o.delimiter, "\r\n"):
		return bad("delimiter", "delimiter %q contains a line break", o.delimiter)
	case o.quote != noQuote && bytes.IndexByte(o.delimiter, o.quote) >= 0:
		return bad("delimiter", "delimiter %q contains the quote %q", o.delimiter, o.quote)
	case bytes.ContainsAny(o.comment, "\r\n"):
		return bad("comment", "comment %q contains a line break", o.comment)
	case o.skip < 0 || o.skip > 1<<30:
		return bad("skip", "skip is %d; it is a number of lines", o.skip)
	case o.footer < 0 || o.footer > maxFooter:
		return bad("footer", "footer is %d; it is a number of lines, at most %d", o.footer, maxFooter)
	}
	for _, s := range (source{}).Describe().Settings {
		if v := cfg.Text(s.Name, s.Default); s.OneOf != nil && !slices.Contains(s.OneOf, v) {
			return bad(s.Name, "%s is %q; it is one of %s", s.Name, v, strings.Join(s.OneOf, ", "))
		}
	}
	return o, nil
}

// single reports whether the dialect is one that the fast scan knows.
func (d *dialect) single() bool { return len(d.delimiter) == 1 && !d.trim }

// isNull reports whether text is one of those that mean null.
func (o *options) isNull(text []byte) bool {
	for _, s := range o.nulls {
		if s == string(text) {
			return true
		}
	}
	return false
}
