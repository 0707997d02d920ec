package action

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/recon-lang/recon/sdk"
)

const (
	// usualTimeout bounds one request where the action does not say how long.
	usualTimeout = 10 * time.Second
	// maxAnswer is how much of an answer is read.
	maxAnswer = 64 << 10
	// shownAnswer is how much of it an error shows.
	shownAnswer = 200
)

// newClient makes a client that follows no redirect: what is sent is for the address that the rule file gives, and for nobody
// that it points to.
func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// post sends a body and gives the answer's. Everything but a 2xx is an error, Temporary where the same again may
// succeed. Neither the address, which mostly holds a token, nor a header's value is in an error.
func post(ctx context.Context, client *http.Client, limit time.Duration, address string, header http.Header, body []byte) ([]byte, error) {
	mask := newMask(address, header)
	at, err := url.Parse(address)
	if err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
		return nil, &sdk.Error{Setting: "url", Message: "the url is no address", Hint: "write https://host/path; check the secret that it is taken from"}
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, &sdk.Error{Setting: "url", Message: "the url is no address"}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "recon")
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, sendError(ctx, at.Host, limit, mask, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, sendError(ctx, at.Host, limit, mask, err)
	}
	if resp.StatusCode/100 == 2 {
		return answer, nil
	}
	e := &sdk.Error{Message: fmt.Sprintf("%s answered %d %s", at.Host, resp.StatusCode, http.StatusText(resp.StatusCode)), Temporary: temporary(resp.StatusCode)}
	if shown := mask.shown(answer); shown != "" {
		e.Message += ": " + shown
	}
	switch {
	case resp.StatusCode/100 == 3:
		e.Setting, e.Hint = "url", "redirects are not followed: write the address that the message shall go to"
	case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden, resp.StatusCode == http.StatusNotFound:
		e.Setting, e.Hint = "url", "check the secret of the url, and that what it names is still there"
	}
	return nil, e
}

// temporary reports whether a status says that the same request may succeed later.
func temporary(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status >= 500
}

// sendError words what kept a request from being answered. The client's own error has the whole address in it.
func sendError(ctx context.Context, host string, limit time.Duration, mask *mask, err error) error {
	var dns *net.DNSError
	var timeout net.Error
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return context.Canceled
	case ctx.Err() != nil, errors.As(err, &timeout) && timeout.Timeout():
		return &sdk.Error{Message: fmt.Sprintf("%s did not answer within %s", host, limit), Hint: "timeout = 30s waits longer", Temporary: true}
	case errors.As(err, &dns):
		return &sdk.Error{Setting: "url", Message: "the host " + host + " is unknown", Temporary: true}
	}
	return &sdk.Error{Message: "cannot reach " + host + ": " + mask.clean(err.Error()), Temporary: true}
}

// mask knows the parts of a request that no text may show.
type mask struct{ secrets []string }

// leastSecret is the length from which a part of an address counts as a token: shorter ones are words like "v1".
const leastSecret = 6

func newMask(address string, header http.Header) *mask {
	m := &mask{secrets: []string{address}}
	if u, err := url.Parse(address); err == nil {
		m.secrets = append(m.secrets, u.RequestURI())
		parts := strings.Split(u.Path, "/")
		for _, values := range u.Query() {
			parts = append(parts, values...)
		}
		if password, ok := u.User.Password(); ok {
			m.secrets = append(m.secrets, password)
		}
		for _, p := range parts {
			if len(p) >= leastSecret {
				m.secrets = append(m.secrets, p)
			}
		}
	}
	for _, values := range header {
		for _, v := range values {
			m.secrets = append(m.secrets, v)
			for _, word := range strings.Fields(v) { // Bearer TOKEN
				if len(word) > leastSecret {
					m.secrets = append(m.secrets, word)
				}
			}
		}
	}
	return m
}

func (m *mask) clean(text string) string {
	for _, s := range m.secrets {
		if s != "" && s != "/" {
			text = strings.ReplaceAll(text, s, "***")
		}
	}
	return text
}

// shown is the start of an answer as one line, for an error.
func (m *mask) shown(answer []byte) string {
	text := strings.Join(strings.Fields(m.clean(strings.ToValidUTF8(string(answer), "�"))), " ")
	return clip(text, shownAnswer)
}

// clip cuts a text to at most so many bytes, between characters, and says that it did.
func clip(text string, bytes int) string {
	const more = " …"
	if len(text) <= bytes {
		return text
	}
	return strings.ToValidUTF8(text[:bytes-len(more)], "") + more
}
