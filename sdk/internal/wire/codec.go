package wire

import (
	"fmt"

	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// frameSubtype is the content subtype of calls that read rows. On the wire their messages are plain
// protobuf, so a plugin in another language needs no such codec; here it saves two copies of
// every batch.
const frameSubtype = "recon-frame"

// gRPC looks a codec up by the subtype that a call carries, in a table that may only be
// written before the first call: the one use of init in this module.
func init() { encoding.RegisterCodecV2(frameCodec{}) }

// batchField is the tag of the field batch of both.
var batchField = byte(protowire.EncodeTag(1, protowire.BytesType))

// prefixBytes is room for the tag and length of a batch, so that the frame after it is
// aligned.
const prefixBytes = 8

// outgoing is a ReadReply or a SnapshotReply that is encoded already.
type outgoing struct{ data mem.BufferSlice }

// incoming is a ReadReply or a SnapshotReply that is still as it came. Whoever receives it frees data.
type incoming struct{ data mem.BufferSlice }

type frameCodec struct{}

func (frameCodec) Name() string { return frameSubtype }

func (frameCodec) Marshal(v any) (mem.BufferSlice, error) {
	switch m := v.(type) {
	case *outgoing:
		return m.data, nil
	case proto.Message:
		data, err := proto.Marshal(m)
		return mem.BufferSlice{mem.SliceBuffer(data)}, err
	}
	return nil, fmt.Errorf("wire: no message: %T", v)
}

func (frameCodec) Unmarshal(data mem.BufferSlice, v any) error {
	switch m := v.(type) {
	case *incoming:
		data.Ref()
		m.data = data
		return nil
	case proto.Message:
		return proto.Unmarshal(data.Materialize(), m)
	}
	return fmt.Errorf("wire: no message: %T", v)
}

// frame copies the frame of a reply into d's buffer. Where the reply is no batch, it is
// decoded into reply instead and frame is nil. It frees the reply's memory.
func (m *incoming) frame(d *decoder, reply proto.Message) (frame []byte, err error) {
	defer m.data.Free()
	size := m.data.Len()
	if size > maxFrame+prefixBytes {
		return nil, fmt.Errorf("the plugin sent a message of %d bytes", size)
	}
	var head [prefixBytes]byte
	n := m.data.CopyTo(head[:])
	if n == 0 || head[0] != batchField {
		return nil, proto.Unmarshal(m.data.Materialize(), reply)
	}
	length, digits := protowire.ConsumeVarint(head[1:n])
	if digits < 0 || uint64(size) != 1+uint64(digits)+length {
		return nil, fmt.Errorf("the plugin sent a batch message of %d bytes that says %d", size, length)
	}
	buf := d.buffer(prefixBytes + int(length))
	m.data.CopyTo(buf[prefixBytes-1-digits:])
	return buf[prefixBytes:], nil
}
