package lsp_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// largeFile is a file of at least so many lines, of the kind that people write; n tells its names from those of other files.
func largeFile(lines, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "recon 1\n\nlet tiny_%d = 0.01\n", n)
	for i := 0; strings.Count(b.String(), "\n") < lines; i++ {
		fmt.Fprintf(&b, `
source 订单_%[1]d_%[2]d from csv {
  path = "orders/%[2]d.csv" # 🧾
  columns {
    order_no  string
    金额      decimal(18, 2) unit "CNY"
    fee       decimal(18, 4) unit "CNY"
    status    enum("PAID", "REFUNDED", "CLOSED")
    paid_at   timestamp
  }
}

source bill_%[1]d_%[2]d from csv {
  path     = "bills/%[2]d/*.csv.gz"
  encoding = "gb18030"
  columns {
    bill_no  string                    = column("单号") | trim("x")
    total    decimal(18, 2) unit "CNY" = column("总金额")
    fee      decimal(18, 4) unit "CNY" = column("手续费")
    state    string
    traded   timestamp                 = column("时间") | parse_time("%%Y-%%m-%%d %%H:%%M:%%S")
  }
}

## The daily orders.
rule daily_%[1]d_%[2]d between 订单_%[1]d_%[2]d as o, bill_%[1]d_%[2]d as b {
  title = "日对账"
  key o.order_no = b.bill_no
  compare o.金额 = b.total within 0.01 or 0.1%% as 金额
  compare o.fee = round(b.fee * 1.06, 4) within tiny_%[1]d where o.status == "PAID" as fee
  compare o.status = decode(b.state, {"SUCCESS": "PAID", "REFUND": "REFUNDED"}) as status
  compare o.paid_at = b.traded within 5m as paid_at
  warn when missing.count > 0
}
`, n, i)
	}
	return b.String()
}

// latencies are what a person at an editor waits for.
type latencies []time.Duration

func (l latencies) report(b *testing.B, what string) {
	slices.Sort(l)
	b.ReportMetric(float64(l[len(l)/2].Microseconds())/1000, what+"-p50-ms")
	b.ReportMetric(float64(l[len(l)*99/100].Microseconds())/1000, what+"-p99-ms")
}

// measure types in the middle of a file, without a pause or, as people do, with pauses in which the server makes its full checks.
func measure(b *testing.B, c *client, name, text string, pauses ...time.Duration) {
	lines := strings.Split(text, "\n")
	line := len(lines) / 2
	for !strings.Contains(lines[line], "within 0.01 or") {
		line++
	}
	at := strings.Index(lines[line], "0.01")
	at = len([]rune(lines[line][:at])) + 4 // no character there takes two units
	uri := c.uri(name)
	version := 1
	var keys, completions, hovers latencies
	for b.Loop() {
		version++
		typed, removed := "5", at
		if version%2 == 1 {
			typed, removed = "", at+1
		}
		if len(pauses) > 0 {
			time.Sleep(pauses[version%len(pauses)])
		}
		started := time.Now()
		c.notify("textDocument/didChange", map[string]any{
			"textDocument": map[string]any{"uri": uri, "version": version},
			"contentChanges": []any{map[string]any{"text": typed, "range": map[string]any{
				"start": map[string]any{"line": line, "character": at}, "end": map[string]any{"line": line, "character": removed},
			}}},
		})
		c.until("diagnostics", func() bool {
			p := c.diags[uri]
			return p.Version != nil && *p.Version == version
		})
		keys = append(keys, time.Since(started))
		place := map[string]any{"textDocument": map[string]any{"uri": uri}, "position": map[string]any{"line": line, "character": 12}}
		started = time.Now()
		c.call("textDocument/hover", place, nil)
		hovers = append(hovers, time.Since(started))
		started = time.Now()
		if c.try("textDocument/completion", place, nil) == nil {
			completions = append(completions, time.Since(started))
		}
	}
	keys.report(b, "keystroke")
	hovers.report(b, "hover")
	if len(completions) > 0 {
		completions.report(b, "completion")
	}
	time.Sleep(time.Second) // for the full check, which remembers most
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/1e6, "heap-MB")
}

// A file of 5,000 lines, typed into without a pause.
func BenchmarkLargeFile(b *testing.B) { benchLargeFile(b) }

// The same at the pace of a person: some keystrokes come while the file is checked in full.
func BenchmarkLargeFileTyping(b *testing.B) {
	const ms = time.Millisecond
	benchLargeFile(b, 60*ms, 120*ms, 155*ms, 170*ms, 190*ms, 210*ms, 240*ms, 300*ms)
}

func benchLargeFile(b *testing.B, pauses ...time.Duration) {
	text := largeFile(5000, 0)
	started := time.Now()
	c := start(b, b.TempDir(), `{}`)
	c.open("large.recon", text)
	c.until("diagnostics", func() bool { _, told := c.diags[c.uri("large.recon")]; return told })
	first := time.Since(started)
	measure(b, c, "large.recon", text, pauses...)
	b.ReportMetric(float64(first.Microseconds())/1000, "first-ms")
}

// A workspace of 200 files.
func BenchmarkWorkspace(b *testing.B) {
	dir := b.TempDir()
	var text string
	for i := range 200 {
		text = largeFile(100, i)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("f%d.recon", i)), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	started := time.Now()
	c := start(b, dir, `{}`)
	c.open("f199.recon", text)
	c.until("diagnostics", func() bool { _, told := c.diags[c.uri("f199.recon")]; return told })
	first := time.Since(started)
	measure(b, c, "f199.recon", text)
	b.ReportMetric(float64(first.Microseconds())/1000, "first-ms")
}
