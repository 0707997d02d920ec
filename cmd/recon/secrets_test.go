//go:build linux

package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// planted are secrets of all kinds and origins. None of their texts, in whatever form, may come out.
type planted struct {
	env, file, password, hook, header string
}

func (p planted) forms() []string {
	var forms []string
	for _, s := range []string{p.env, strings.Split(p.file, "\n")[1], p.password, p.hook, p.header} {
		forms = append(forms, s, url.QueryEscape(s), url.PathEscape(s), fmt.Sprintf("%q", s)[1:], base64.StdEncoding.EncodeToString([]byte(s)))
	}
	return forms
}

// leakyRules have a secret wherever one can stand.
const leakyRules = `recon 1

secret key    = env("THE_KEY")
secret pem    = file("key.pem")
secret pg     = env("PG_DSN")
secret my     = env("MY_DSN")
secret cache  = env("REDIS_URL")
secret hook   = env("HOOK_URL")
secret header = env("HOOK_HEADER")

param how: string = "panic"

template database() {
  dsn   = secret.pg
  table = "orders"
}

source orders from csv {
  path = "orders.csv"
  columns { no string, amount decimal(18, 2) }
}

source bill from csv {
  path = "bill.csv"
  columns { no string, amount decimal(18, 2) }
}

source a_pg from postgres {
  use database()
  columns { no string, amount decimal(18, 2) }
}

source a_my from mysql {
  dsn   = secret.my
  table = "orders"
  columns { no string, amount decimal(18, 2) }
}

source a_redis from redis {
  url  = secret.cache
  key  = "o:{no}"
  read = "hash"
  columns { no string, amount decimal(18, 2) }
}

source a_leaky from leaky {
  key = secret.key
  how = how
  columns { no string, amount decimal(18, 2) }
}

source a_file from leaky {
  key = secret.pem
  how = how
  columns { no string, amount decimal(18, 2) }
}

action pager from webhook {
  url     = secret.hook
  headers = [secret.header]
}

# The rule that works, and tells.
rule good between orders, bill {
  title = "Orders and bill"
  key no
  compare amount
  on missing bill { do pager { text = "${count} missing: ${sample(no, 3)}" } }
}

rule pg between orders, a_pg {
  key no
  compare amount
}

rule my between orders, a_my {
  key no
  compare amount
}

rule cached between orders, a_redis {
  key no
  compare amount
}

rule leaks between orders, a_leaky {
  key no
  compare amount
}

rule leaks_file between orders, a_file {
  key no
  compare amount
}

test "good" for good {
  given orders {
    | no | amount |
    | 1  | 1.00   |
  }
  given bill {
    | no | amount |
    | 1  | 1.00   |
  }
  expect matched 1
}
`

// TestSecretsReachNoText plants secrets from the environment and from a file, in addresses of databases that cannot be reached, in the
// address and a header of a webhook that tells all it was sent, and in a plugin that tells all it knows, and looks for them in
// all that recon prints and writes.
func TestSecretsReachNoText(t *testing.T) {
	t.Parallel()
	p := planted{env: "s3cr3t/env 7&x", file: "-----BEGIN KEY-----\nMIIs3cr3tfile0123456789+/=\n-----END KEY-----\n", password: "pa55/w0rd@x", hook: "h00kt0k3n-0123456789", header: "h3ad3rk3y-abcdef"}
	var told atomic.Int32
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		told.Add(1)
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, "no access: %s %s %v %s", r.Method, r.URL, r.Header, body)
	}))
	defer echo.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	l.Close()

	f := newFolder(t, map[string]string{"rules.recon": leakyRules, "orders.csv": "no,amount\n1,1.00\n2,2.00\n3,3.00\n", "bill.csv": "no,amount\n1,1.00\n3,3.50\n"})
	keys := t.TempDir() // outside of what is searched
	if err := os.WriteFile(filepath.Join(keys, "key.pem"), []byte(p.file), 0o600); err != nil {
		t.Fatal(err)
	}
	f.write("rules.recon", strings.Replace(leakyRules, `file("key.pem")`, fmt.Sprintf("file(%q)", filepath.Join(keys, "key.pem")), 1))
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(keys, "recon-plugin-leaky")); err != nil {
		t.Fatal(err)
	}
	user := url.UserPassword("recon", p.password)
	f.env = append(f.env, "RECON_PLUGIN_PATH="+keys, "THE_KEY="+p.env,
		"PG_DSN="+(&url.URL{Scheme: "postgres", User: user, Host: nobody, Path: "/pay"}).String(),
		"MY_DSN="+(&url.URL{Scheme: "mysql", User: user, Host: nobody, Path: "/pay"}).String(),
		"REDIS_URL="+(&url.URL{Scheme: "redis", User: user, Host: nobody, Path: "/0"}).String(),
		"HOOK_URL="+echo.URL+"/hooks/"+p.hook+"?again="+p.hook, "HOOK_HEADER=X-Key: "+p.header)

	s := &searcher{folder: f, forms: p.forms()}
	f.must(exitClean, "check")
	f.must(exitClean, "test")
	for _, format := range []string{"text", "json", "sarif", "github", "gitlab", "junit"} {
		s.run("check", "--format", format)
		s.run("test", "--format", format)
	}
	for _, args := range [][]string{
		{"fmt", "--diff"}, {"fix", "--diff"}, {"doc"}, {"doc", "--format", "html"}, {"doc", "--out", "doc.html"}, {"test", "--coverage"}, {"plugin", "list"}, {"plugin", "show", "leaky"},
		{"run", "good", "--out", "good.html"}, {"run", "good", "--format", "json"}, {"runs", "outbox"}, {"runs", "outbox", "--format", "json"}, {"explain", "good", "2"}, {"explain", "RC2001"},
		{"breaks", "list"}, {"breaks", "list", "--format", "json"}, {"breaks", "export", "--format", "csv"}, {"breaks", "export", "--format", "json"}, {"breaks", "export", "--format", "xlsx", "--out", "breaks.xlsx"},
		{"version"}, {"--help"}, {"run", "--help"}, {"run", "nothing"}, {"schema", "pull", "a_pg"}, {"schema", "pull", "a_my"}, {"schema", "pull", "a_redis"},
	} {
		s.run(args...)
	}
	for _, rule := range []string{"good", "pg", "my", "cached"} {
		for _, format := range []string{"text", "json"} {
			s.run("plan", rule, "--format", format)
			s.run("run", rule, "--format", format)
		}
	}
	for _, how := range []string{"panic", "exit", "hint", "message", "wrapped", "log", "plain"} {
		s.trouble("run", "leaks", "--param", "how="+how)
		s.trouble("run", "leaks_file", "--param", "how="+how, "--format", "json", "--out", how+".html")
		if how != "hint" { // which schema pull does not show
			s.trouble("schema", "pull", "a_leaky", "--param", "how="+how)
		}
	}
	s.run("runs", "list")
	list := s.run("runs", "list", "--format", "json")
	for _, field := range strings.Split(list.out, `"run":"`)[1:] {
		id, _, _ := strings.Cut(field, `"`)
		s.run("runs", "show", id)
		s.run("runs", "show", id, "--format", "json")
	}
	s.run("runs", "verify")
	s.files()
	if s.searched < 80 || told.Load() == 0 {
		t.Errorf("only %d answers were searched, and the webhook was called %d times", s.searched, told.Load())
	}
}

// searcher looks for secrets in what recon prints.
type searcher struct {
	*folder
	forms    []string
	searched int
}

func (s *searcher) run(args ...string) answer {
	s.t.Helper()
	a := s.recon(args...)
	s.look("recon "+strings.Join(args, " "), a.out+a.err)
	s.searched++
	return a
}

// trouble is run for a command that must fail because of a plugin that tells a secret.
func (s *searcher) trouble(args ...string) {
	s.t.Helper()
	if a := s.run(args...); a.code != exitTrouble || !strings.Contains(a.err, "***") {
		s.t.Errorf("recon %s: exit code %d, says %q", strings.Join(args, " "), a.code, a.err)
	}
}

func (s *searcher) look(where, text string) {
	s.t.Helper()
	for _, form := range s.forms {
		if strings.Contains(text, form) {
			s.t.Errorf("%s: %q is in\n%s", where, form, text)
			return
		}
	}
}

// files looks into all files of the folder, those packed in others included.
func (s *searcher) files() {
	err := walkFiles(s.dir, func(path string, text []byte) {
		s.look(path, string(text))
		if z, err := zip.NewReader(bytes.NewReader(text), int64(len(text))); err == nil {
			for _, part := range z.File {
				r, err := part.Open()
				if err != nil {
					s.t.Fatal(err)
				}
				inner, err := io.ReadAll(r)
				if err != nil {
					s.t.Fatal(err)
				}
				s.look(path+" "+part.Name, string(inner))
			}
		}
	})
	if err != nil {
		s.t.Fatal(err)
	}
}
