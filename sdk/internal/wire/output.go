package wire

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	lastLines   = 12       // of stderr that a message shows
	maxLine     = 64 << 10 // longer lines are cut into pieces of it
	maxLastLine = 300      // bytes of a line that a message shows
)

// output is what a plugin writes to its standard error. Lines that are records of log/slog
// go to log as such; others are its last words, should it crash. It is safe for
// concurrent use.
type output struct {
	log *slog.Logger

	mu    sync.Mutex // guards what follows
	last  []string   // the last lines
	fatal []string   // the first lines from a panic on: what the last ones would not show
}

func (o *output) readFrom(r io.Reader) {
	b := bufio.NewReaderSize(r, maxLine)
	for {
		line, _, err := b.ReadLine()
		if len(line) > 0 {
			o.line(line)
		}
		if err != nil {
			return
		}
	}
}

// Write takes text that need not be whole lines: what go-plugin itself passes on.
func (o *output) Write(p []byte) (int, error) {
	for line := range bytes.Lines(p) {
		o.line(bytes.TrimRight(line, "\r\n"))
	}
	return len(p), nil
}

func (o *output) line(line []byte) {
	if record, ok := parseRecord(line); ok {
		o.record(record)
		return
	}
	text := strings.ToValidUTF8(string(line[:min(len(line), maxLastLine)]), "�")
	o.mu.Lock()
	if len(o.fatal) > 0 || strings.HasPrefix(text, "panic: ") || strings.HasPrefix(text, "fatal error: ") || strings.HasPrefix(text, "runtime: ") {
		if len(o.fatal) < lastLines {
			o.fatal = append(o.fatal, text)
		}
	}
	if len(o.last) == lastLines {
		o.last = slices.Delete(o.last, 0, 1)
	}
	o.last = append(o.last, text)
	o.mu.Unlock()
	o.log.Debug(text)
}

// words are the lines to show for a crash.
func (o *output) words() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.fatal) > 0 {
		return slices.Clone(o.fatal)
	}
	return slices.Clone(o.last)
}

type record struct {
	time    time.Time
	level   slog.Level
	message string
	attrs   []slog.Attr
}

// parseRecord reads a line of slog's JSON handler.
func parseRecord(line []byte) (r record, ok bool) {
	if len(line) == 0 || line[0] != '{' {
		return r, false
	}
	var fields map[string]any
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	if d.Decode(&fields) != nil {
		return r, false
	}
	level, _ := fields[slog.LevelKey].(string)
	message, ok := fields[slog.MessageKey].(string)
	if !ok || r.level.UnmarshalText([]byte(level)) != nil {
		return r, false
	}
	r.message, r.time = message, time.Now()
	if text, ok := fields[slog.TimeKey].(string); ok {
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
			r.time = t
		}
	}
	for _, key := range []string{slog.TimeKey, slog.LevelKey, slog.MessageKey} {
		delete(fields, key)
	}
	for key, value := range fields {
		r.attrs = append(r.attrs, slog.Any(key, value))
	}
	slices.SortFunc(r.attrs, func(x, y slog.Attr) int { return strings.Compare(x.Key, y.Key) })
	return r, true
}

func (o *output) record(r record) {
	ctx := context.Background()
	if !o.log.Enabled(ctx, r.level) {
		return
	}
	out := slog.NewRecord(r.time, r.level, r.message, 0)
	out.AddAttrs(r.attrs...)
	_ = o.log.Handler().Handle(ctx, out)
}
