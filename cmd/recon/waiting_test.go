package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// waiting is a plugin that gives half of its rows, and the others once a file is there.
type waiting struct{}

func (waiting) Describe() schema.Source {
	return schema.Source{Name: "waiting", Version: "1", Doc: "Waits for a file.", Settings: []schema.Setting{
		{Name: "file", Type: schema.Type{Kind: schema.Path}, Required: true}, {Name: "rows", Type: schema.Type{Kind: schema.Integer}, Required: true},
	}, Abilities: schema.Abilities{Typed: true}}
}

func (waiting) Columns(context.Context, schema.Config) (schema.Table, error) {
	return schema.Table{Columns: []schema.Column{
		{Name: "no", Type: schema.Type{Kind: schema.String}}, {Name: "amount", Type: schema.Type{Kind: schema.Decimal, Precision: 18, Scale: 2}},
	}}, nil
}

func (waiting) Read(ctx context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	var types []schema.Type
	for _, c := range req.Columns {
		types = append(types, c.Type)
	}
	b := batch.NewBuilder(types...)
	rows := req.Config["rows"].Int
	for i := range rows {
		for k, c := range req.Columns {
			text := waitingRow(i)[0]
			if c.Name == "amount" {
				text = waitingRow(i)[1]
			}
			if problem := b.Column(k).AppendText([]byte(text), batch.NewZone(nil)); problem != "" {
				return &sdk.Error{Message: problem}
			}
		}
		b.EndRow()
		if i == rows/2 {
			for file := req.Config.Text("file", ""); ; time.Sleep(5 * time.Millisecond) {
				if _, err := os.Stat(file); err == nil {
					break
				}
				if err := ctx.Err(); err != nil {
					return err
				}
			}
		}
		if b.Full(req.BatchRows()) || i == rows-1 {
			if err := emit(b.Batch()); err != nil {
				return err
			}
			b.Reset()
		}
	}
	return nil
}

// waitingRow is a row of the plugin: its key and its amount. The rows of orders are the same, but a few.
func waitingRow(i int64) [2]string {
	return [2]string{fmt.Sprintf("K%06d", i*7919%100_003), fmt.Sprintf("%d.%02d", i%1000, i%97)}
}

// plugins makes the test binary be plugins of these names for the folder's calls.
func (f *folder) plugins(names ...string) {
	f.t.Helper()
	self, err := os.Executable()
	if err != nil {
		f.t.Fatal(err)
	}
	dir := f.t.TempDir()
	for _, name := range names {
		if err := os.Symlink(self, filepath.Join(dir, "recon-plugin-"+name)); err != nil {
			f.t.Fatal(err)
		}
	}
	f.env = append(f.env, "RECON_PLUGIN_PATH="+dir)
}
