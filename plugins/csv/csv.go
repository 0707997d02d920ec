// Package csv is the source plugin for text files whose lines hold fields between
// delimiters: csv, tsv and their relatives, plain or compressed, in any of the usual
// encodings. It turns them into batches of typed columns and refuses what it cannot read
// without guessing. It knows nothing of rules, windows or the other side. Only New is
// meant for others; the settings it describes are what rule files rely on.
package csv

import (
	"context"
	"fmt"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// blockBytes is how much of a file is read and scanned at a time: with its index it stays
// in a processor's second cache.
const blockBytes = 256 << 10

// source reads files block bytes at a time, and large ones with so many goroutines that fill batches. Tests make blocks of a few bytes.
type source struct{ block, fillers int }

// New makes the source. It keeps nothing between reads.
func New() sdk.Source { return source{blockBytes, fillers()} }

// Columns is the header of the first file, every column as text. Columns without a name,
// or whose name occurs twice, are left out: nobody can ask for them.
func (s source) Columns(ctx context.Context, cfg schema.Config) (schema.Table, error) {
	o, err := parseOptions(cfg)
	if err != nil {
		return schema.Table{}, err
	}
	files, err := o.files()
	if err != nil {
		return schema.Table{}, err
	}
	if len(files) == 0 {
		return schema.Table{}, &sdk.Error{Setting: "path", Message: fmt.Sprintf("%s matches no file, so its columns are unknown", o.path)}
	}
	t, err := openText(ctx, files[0].path, o, s.block, 0)
	if err != nil {
		return schema.Table{}, err
	}
	defer t.close()
	h, err := readHeader(t, o, nil)
	if err != nil {
		return schema.Table{}, err
	}
	if err := h.suspectDelimiter(t.path, o); err != nil {
		return schema.Table{}, err
	}
	var table schema.Table
	for _, name := range h.names {
		if name != "" && h.count(name) == 1 {
			table.Columns = append(table.Columns, schema.Column{Name: name, Type: schema.Type{Kind: schema.String}})
		}
	}
	return table, nil
}

// Read emits the rows of every file, file by file in the order of their paths. A batch
// never holds rows of two files.
func (s source) Read(ctx context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	o, err := parseOptions(req.Config)
	if err != nil {
		return err
	}
	loc, err := req.Location()
	if err != nil {
		return err
	}
	files, err := o.files()
	if err != nil {
		return err
	}
	f := newFiller(req, o, loc, emit)
	for _, file := range files {
		if err := s.readFile(ctx, file, o, f); err != nil {
			return err
		}
	}
	return nil
}

func (s source) readFile(ctx context.Context, file file, o *options, f *filler) error {
	size, spare := s.block, 0
	split := s.split(file.path)
	if split {
		size, spare = splitBlocks*s.block, s.fillers
	}
	t, err := openText(ctx, file.path, o, size, spare)
	if err != nil {
		return err
	}
	defer t.close()
	h, err := readHeader(t, o, f.wanted())
	if err != nil {
		return err
	}
	if h.fields == 0 { // no header asked for, and no row
		return nil
	}
	if err := f.begin(file, h); err != nil {
		return err
	}
	x := newIndex(t, o, h, f.req.BadRows)
	if split {
		return s.readSplit(ctx, file, x, f)
	}
	for {
		more, err := x.next()
		if err != nil {
			return err
		}
		if !more {
			return f.flush()
		}
		if err := f.add(x); err != nil {
			return err
		}
	}
}
