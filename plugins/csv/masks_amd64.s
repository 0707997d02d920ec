#include "textflag.h"

// func masksAVX2(text *byte, out *blockMask, n int, delimiter, quote byte)
//
// Y0, Y1, Y2 hold the delimiter, the line break and the quote in every byte; Y3 and Y4 are the
// two halves of a block. A mask is the high bits of a comparison, half and half.
TEXT ·masksAVX2(SB), NOSPLIT, $0-26
	MOVQ text+0(FP), SI
	MOVQ out+8(FP), DI
	MOVQ n+16(FP), CX
	MOVBLZX delimiter+24(FP), AX
	MOVQ AX, X0
	VPBROADCASTB X0, Y0
	MOVL $10, AX
	MOVQ AX, X1
	VPBROADCASTB X1, Y1
	MOVBLZX quote+25(FP), AX
	MOVQ AX, X2
	VPBROADCASTB X2, Y2

block:
	VMOVDQU (SI), Y3
	VMOVDQU 32(SI), Y4

	VPCMPEQB Y1, Y3, Y5
	VPCMPEQB Y1, Y4, Y6
	VPMOVMSKB Y5, AX
	VPMOVMSKB Y6, BX
	SHLQ $32, BX
	ORQ BX, AX
	MOVQ AX, 8(DI) // breaks

	VPCMPEQB Y0, Y3, Y7
	VPCMPEQB Y0, Y4, Y8
	VPOR Y5, Y7, Y7
	VPOR Y6, Y8, Y8
	VPMOVMSKB Y7, AX
	VPMOVMSKB Y8, BX
	SHLQ $32, BX
	ORQ BX, AX
	MOVQ AX, (DI) // separators

	VPCMPEQB Y2, Y3, Y5
	VPCMPEQB Y2, Y4, Y6
	VPMOVMSKB Y5, AX
	VPMOVMSKB Y6, BX
	SHLQ $32, BX
	ORQ BX, AX
	MOVQ AX, 16(DI) // quotes

	ADDQ $64, SI
	ADDQ $24, DI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET
