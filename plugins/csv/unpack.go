package csv

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/recon-lang/recon/sdk"
)

// maxZstdMemory bounds what a zstd file may ask for as its window: the most that the
// zstd program itself uses without --ultra.
const maxZstdMemory = 128 << 20

// unpack is the data of a file, decompressed if its first bytes say that it is compressed.
// closed releases the decompressor.
func unpack(path string, r io.Reader) (data io.Reader, closed func(), err error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.Peek(4)
	if err != nil && err != io.EOF {
		return nil, nil, readError(path, err)
	}
	nothing := func() {}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, nil, packedError(path, "gzip", err)
		}
		return &packed{z, path, "gzip"}, nothing, nil
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(b, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxZstdMemory))
		if err != nil {
			return nil, nil, packedError(path, "zstd", err)
		}
		return &packed{z, path, "zstd"}, z.Close, nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil, nil, &sdk.Error{Setting: "path", Message: fmt.Sprintf("%s is a zip archive or a workbook, not text", path), Hint: "unpack it, or save the sheet as csv"}
	}
	for suffix, format := range map[string]string{".gz": "gzip", ".zst": "zstd"} {
		if !strings.HasSuffix(path, suffix) {
			continue
		}
		if len(head) < 4 {
			return nil, nil, packedError(path, format, io.ErrUnexpectedEOF)
		}
		return nil, nil, &sdk.Error{Setting: "path", Message: fmt.Sprintf("%s is not %s data, as its name says", path, format), Hint: "take " + suffix + " off its name if it is plain text"}
	}
	// b has read some of r: hand on that first, then r itself, without b in between.
	rest, _ := b.Peek(b.Buffered())
	return io.MultiReader(bytes.NewReader(rest), &plain{r, path}), nothing, nil
}

// plain words the errors of a file.
type plain struct {
	r    io.Reader
	path string
}

func (p *plain) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	if err != nil && err != io.EOF {
		err = readError(p.path, err)
	}
	return n, err
}

// packed words the errors of a decompressor.
type packed struct {
	r            io.Reader
	path, format string
}

func (p *packed) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	if err != nil && err != io.EOF {
		err = packedError(p.path, p.format, err)
	}
	return n, err
}

func readError(path string, err error) error {
	return &sdk.Error{Message: "read " + path, Err: reason(err)}
}

func packedError(path, format string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return &sdk.Error{Setting: "path", Message: fmt.Sprintf("%s is truncated: its %s data ends in the middle", path, format), Hint: "fetch the file again"}
	}
	return &sdk.Error{Setting: "path", Message: fmt.Sprintf("%s is damaged", path), Hint: "fetch the file again", Err: err}
}
