// Package mask takes secrets out of errors before anybody reads or keeps them: plugins, drivers and servers put into their messages
// what they were given. Its API may change on any day.
package mask

import (
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// least is the length from which a text counts as a secret: to take shorter ones out of every sentence would leave nothing to read.
const least = 4

// leastPart is the length from which a line of a secret, or a part of an address that no password is, counts as one by itself.
const leastPart = 12

// Mask knows texts that nobody may read. The zero Mask knows none. It is safe for concurrent use.
type Mask struct {
	mu    sync.RWMutex
	forms []string // the longest first
}

// Config adds the secrets among settings.
func (m *Mask) Config(cfg schema.Config) {
	for _, v := range cfg {
		m.value(v)
	}
}

func (m *Mask) value(v schema.Value) {
	if v.Type.Kind == schema.Secret {
		m.Add(v.Text)
	}
	for _, e := range v.List {
		if v.Type.Elem != nil && v.Type.Elem.Kind == schema.Secret {
			e.Type = *v.Type.Elem
		}
		m.value(e)
	}
}

// passwords finds the password in the forms of a data source's address that are no URL: user:password@tcp(host)/name and
// host=… password=….
var passwords = regexp.MustCompile(`^[^:/@\s]+:(.+)@|(?i:password|passwd|pwd|secret|token)\s*=\s*(?:'([^']*)'|"([^"]*)"|([^\s;&]+))`)

// Add adds a secret, and what in it is one by itself: a password, a token, a line of a key.
func (m *Mask) Add(secret string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.add(secret, least)
	for _, line := range strings.Split(secret, "\n") {
		m.add(strings.TrimSpace(line), leastPart)
	}
	for _, found := range passwords.FindAllStringSubmatch(secret, -1) {
		for _, p := range found[1:] {
			m.add(p, least)
		}
	}
	if _, value, header := strings.Cut(secret, ": "); header { // X-Key: value, Authorization: Bearer value
		m.add(value, least)
		for _, word := range strings.Fields(value) {
			m.add(word, leastPart)
		}
	}
	u, err := url.Parse(secret)
	if err != nil || u.Host == "" {
		return
	}
	if password, ok := u.User.Password(); ok {
		m.add(password, least)
		_, written, _ := strings.Cut(u.User.String(), ":")
		m.add(written, least)
	}
	for _, values := range u.Query() {
		for _, v := range values {
			m.add(v, leastPart)
		}
	}
	if u.Scheme == "http" || u.Scheme == "https" {
		m.add(u.RequestURI(), least)
		for _, part := range strings.Split(u.Path, "/") {
			m.add(part, leastPart)
		}
	}
}

// add adds a text as it is, and as it is written in addresses, Go and JSON.
func (m *Mask) add(text string, least int) {
	if len(text) < least {
		return
	}
	quoted, _ := json.Marshal(text) // a text has no error
	goText := strconv.Quote(text)
	for _, form := range []string{text, url.QueryEscape(text), url.PathEscape(text), goText[1 : len(goText)-1], string(quoted[1 : len(quoted)-1])} {
		if !slices.Contains(m.forms, form) {
			m.forms = append(m.forms, form)
		}
	}
	slices.SortStableFunc(m.forms, func(a, b string) int { return len(b) - len(a) })
}

// Clean is text with *** in the place of each secret.
func (m *Mask) Clean(text string) string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, f := range m.forms {
		text = strings.ReplaceAll(text, f, "***")
	}
	return text
}

// Error is err with *** in the place of each secret: in its text, and in the message and hint of the *sdk.Error in it. It is err itself
// if there is none.
func (m *Mask) Error(err error) error {
	if err == nil {
		return nil
	}
	h := &hidden{err: err, text: m.Clean(err.Error())}
	dirty := h.text != err.Error()
	var at *sdk.Error
	if errors.As(err, &at) {
		h.at = &sdk.Error{Setting: at.Setting, Message: m.Clean(at.Message), Hint: m.Clean(at.Hint), Temporary: at.Temporary}
		dirty = dirty || h.at.Message != at.Message || h.at.Hint != at.Hint
	}
	if !dirty {
		return err
	}
	return h
}

// hidden is an error whose text has been cleaned. It does not unwrap, for what it would unwrap to has not.
type hidden struct {
	err  error
	text string
	at   *sdk.Error // or nil
}

func (h *hidden) Error() string { return h.text }

func (h *hidden) Is(target error) bool { return errors.Is(h.err, target) }

func (h *hidden) As(target any) bool {
	if to, ok := target.(**sdk.Error); ok {
		if h.at != nil {
			*to = h.at
		}
		return h.at != nil
	}
	return errors.As(h.err, target)
}

// Writer writes to w, with *** in the place of each secret. A secret that two calls of Write share is not seen.
func (m *Mask) Writer(w io.Writer) io.Writer { return writer{m, w} }

type writer struct {
	mask *Mask
	to   io.Writer
}

func (w writer) Write(b []byte) (int, error) {
	if _, err := io.WriteString(w.to, w.mask.Clean(string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}
