package csv

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/sdk"
)

const (
	// A header that is searched for is among so many lines and bytes.
	searchLines = 1000
	searchBytes = 1 << 20
)

// header is the names of a file's columns.
type header struct {
	names  []string
	fields int    // in each row
	text   string // of the line, as it stands in the file
	line   int64
	none   bool // the names are c1, c2, …
}

func (h *header) count(name string) (n int) {
	for _, s := range h.names {
		if s == name {
			n++
		}
	}
	return n
}

func (h *header) holds(wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(w string) bool { return !slices.Contains(h.names, w) })
}

// readHeader takes what comes before the rows from the window of t. Without a header and without rows,
// fields is 0.
func readHeader(t *stream, o *options, wanted []string) (*header, error) {
	if err := t.skipLines(o.skip); err != nil {
		return nil, err
	}
	if o.header == headerAuto {
		h, end, err := findHeader(t, o, wanted)
		if err != nil {
			return nil, err
		}
		t.skip(t.off + end)
		return h, nil
	}
	h, end, err := firstHeader(t, o)
	if err != nil || o.header == headerNone {
		return h, err
	}
	if !h.holds(wanted) {
		if err := h.suspectDelimiter(t.path, o); err != nil {
			return nil, err
		}
		err := h.missing(t.path, wanted)
		if later, _, searchErr := findHeader(t, o, wanted); searchErr == nil {
			err.Setting = "skip"
			err.Hint = fmt.Sprintf(`line %d holds every column asked for: set skip = %d, or header = "auto"`, later.line, later.line-1)
		}
		return nil, err
	}
	t.skip(t.off + end)
	return h, nil
}

// skipLines takes n lines from the window.
func (t *stream) skipLines(n int64) error {
	for i := range n {
		end, err := t.lineEnd(0)
		if err != nil {
			return err
		}
		if end < 0 {
			return &sdk.Error{Setting: "skip", Message: fmt.Sprintf("%s ends after %d lines, and skip is %d", t.path, i, n)}
		}
		t.skip(t.off + end)
	}
	return nil
}

// lineEnd is how far into the window the line ends that begins at from, or -1 if the text ends first.
func (t *stream) lineEnd(from int) (int, error) {
	for {
		if n := bytes.IndexByte(t.buf[t.off+from:t.end], '\n'); n >= 0 {
			return from + n + 1, nil
		}
		if t.err != nil {
			return -1, t.failure()
		}
		if err := t.more(); err != nil {
			return -1, err
		}
	}
}

// firstHeader is the first record, and how far into the window it ends.
func firstHeader(t *stream, o *options) (*header, int, error) {
	for from := 0; ; {
		end, err := t.lineEnd(from)
		if err != nil {
			return nil, 0, err
		}
		switch {
		case end < 0 && o.header == headerNone:
			return &header{none: true}, 0, nil
		case end < 0 && t.line == 1:
			return nil, 0, &sdk.Error{Setting: "path", Message: t.path + " is empty: it has no header"}
		case end < 0:
			return nil, 0, &sdk.Error{Setting: "skip", Message: fmt.Sprintf("%s has no header: it ends after the %d lines skipped", t.path, t.line-1)}
		case t.emptyLine(from, end) || o.isComment(t.buf, t.off+from, t.end):
			from = end
			continue
		}
		for {
			fields, next, f, at := o.record(t.buf, t.off+from, t.end, nil)
			if f == incomplete && t.err == nil {
				if err := t.more(); err != nil {
					return nil, 0, err
				}
				continue
			}
			if f != sound {
				return nil, 0, t.faulty(f, at)
			}
			h := t.header(o, t.off+from, next, fields)
			if strings.ContainsRune(h.text, 0) && o.encoding == "" {
				return nil, 0, &sdk.Error{Setting: "encoding", Message: fmt.Sprintf("%s holds zero bytes", t.path), Hint: `it may be UTF-16: set encoding = "utf-16le" or "utf-16be"`}
			}
			return h, next - t.off, nil
		}
	}
}

func (t *stream) emptyLine(from, end int) bool {
	line := t.buf[t.off+from : t.off+end]
	return string(line) == "\n" || string(line) == "\r\n"
}

// header makes a header of the record at buf[start:end].
func (t *stream) header(o *options, start, end int, fields []span) *header {
	h := &header{fields: len(fields), line: t.lineAt(start), text: strings.TrimRight(string(t.buf[start:end]), "\r\n"), none: o.header == headerNone}
	for i, f := range fields {
		name := fmt.Sprintf("c%d", i+1)
		if !h.none {
			name = string(o.unquote(nil, t.buf[f.start:f.end]))
		}
		h.names = append(h.names, name)
	}
	return h
}

// findHeader searches the next lines for a header, and says how far into the window it
// ends. It is the first line that holds all columns that are wanted; if none are, the first
// line of two or more different names whose next record has as many fields.
func findHeader(t *stream, o *options, wanted []string) (*header, int, error) {
	var nearest *header // the line that holds the most of them
	hits := 0
	lines := 0
	for from := 0; lines < searchLines && from < searchBytes; lines++ {
		end, err := t.lineEnd(from)
		if err != nil {
			return nil, 0, err
		}
		if end < 0 {
			break
		}
		if !o.isComment(t.buf, t.off+from, t.end) {
			h, next, err := t.headerAt(o, from)
			if err != nil {
				return nil, 0, err
			}
			if h != nil && len(wanted) > 0 {
				if h.holds(wanted) {
					return h, next, nil
				}
				n := 0
				for _, w := range wanted {
					n += min(1, h.count(w))
				}
				if n > hits {
					nearest, hits = h, n
				}
			} else if h != nil && h.plausible() {
				below, _, err := t.headerAt(o, next)
				if err != nil {
					return nil, 0, err
				}
				if below == nil || below.fields == h.fields {
					return h, next, nil
				}
			}
		}
		from = end
	}
	if nearest != nil {
		err := nearest.missing(t.path, wanted)
		err.Message = fmt.Sprintf("no line of %s holds every column asked for: line %d is nearest and has no %s", t.path, nearest.line, quoted(nearest.without(wanted)))
		return nil, 0, err
	}
	if len(wanted) > 0 {
		return nil, 0, &sdk.Error{Setting: "columns", Message: fmt.Sprintf("none of the first %d lines of %s holds a column named %s", lines, t.path, quoted(wanted)), Hint: "are delimiter and encoding right?"}
	}
	return nil, 0, &sdk.Error{Setting: "header", Message: fmt.Sprintf("none of the first %d lines of %s looks like a header", lines, t.path), Hint: `set skip to the number of lines before the header`}
}

// headerAt is the record that begins from bytes into the window, or nil if there is none,
// or no end of it nearby: a title may hold a quote without a partner.
func (t *stream) headerAt(o *options, from int) (*header, int, error) {
	for {
		fields, next, f, _ := o.record(t.buf, t.off+from, t.end, nil)
		switch {
		case f == sound:
			return t.header(o, t.off+from, next, fields), next - t.off, nil
		case f == incomplete && t.err == nil && t.end-t.off < searchBytes:
			if err := t.more(); err != nil {
				return nil, 0, err
			}
		default:
			return nil, 0, nil
		}
	}
}

// plausible reports whether h could be a header if nothing is known of it.
func (h *header) plausible() bool {
	return h.fields > 1 && !slices.ContainsFunc(h.names, func(s string) bool { return s == "" || h.count(s) > 1 })
}
