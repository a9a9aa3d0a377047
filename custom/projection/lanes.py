"""Eight float32 numbers side by side, computed with by one instruction where the processor has it; for numba."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

N_LANES = 8

_VECTOR = ir.VectorType(ir.FloatType(), N_LANES)
_POSITION = ir.IntType(32)
_BYTES_OF_A_NUMBER = 4


class Lanes(types.Type):
    """Numba's type of eight float32 numbers in one register."""

    def __init__(self) -> None:
        super().__init__(name="Lanes")


LANES = Lanes()


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):
    """LLVM's vector stands behind `Lanes`."""

    def __init__(self, manager: Any, frontend_type: Any) -> None:  # noqa: ANN401
        super().__init__(manager, frontend_type, _VECTOR)


@intrinsic
def load(_: Any, array: Any, start: Any) -> Any:  # noqa: ANN401
    """Return array[start : start + 8] of a contiguous float32 array; nothing checks the bounds."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        lanes = builder.load(_pointer(context, builder, signature.args[0], *arguments))
        lanes.align = _BYTES_OF_A_NUMBER
        return lanes

    return LANES(array, start), generate


@intrinsic
def number(_: Any, array: Any, index: Any) -> Any:  # noqa: ANN401
    """Return array[index] of a contiguous array, int32 widened; no check of bounds or signs, which would cost more."""
    kind = types.int64 if isinstance(array.dtype, types.Integer) else array.dtype

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        loaded = builder.load(builder.gep(data, [arguments[1]]))
        return context.cast(builder, loaded, array.dtype, kind)

    return kind(array, index), generate


@intrinsic
def store(_: Any, lanes: Any, array: Any, start: Any) -> Any:  # noqa: ANN401
    """Put lanes into array[start : start + 8] of a contiguous float32 array; nothing checks the bounds."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        stored = builder.store(arguments[0], _pointer(context, builder, signature.args[1], *arguments[1:]))
        stored.align = _BYTES_OF_A_NUMBER
        return context.get_dummy_value()

    return types.void(lanes, array, start), generate


@intrinsic
def every(_: Any, value: Any) -> Any:  # noqa: ANN401
    """Return lanes that all hold one float32 number."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:  # noqa: ANN401
        undefined = ir.Constant(_VECTOR, ir.Undefined)
        first = builder.insert_element(undefined, arguments[0], _POSITION(0))
        everywhere = ir.Constant(ir.VectorType(_POSITION, N_LANES), [0] * N_LANES)
        return builder.shuffle_vector(first, undefined, everywhere)

    return LANES(value), generate


@intrinsic
def multiply_add(_: Any, first: Any, second: Any, summand: Any) -> Any:  # noqa: ANN401
    """Return first · second + summand, lane by lane."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:  # noqa: ANN401
        kind = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
        function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fmuladd.v{N_LANES}f32")
        return builder.call(function, arguments)

    return LANES(first, second, summand), generate


@intrinsic
def total(_: Any, lanes: Any) -> Any:  # noqa: ANN401
    """Return the sum over the lanes."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:  # noqa: ANN401
        numbers = [builder.extract_element(arguments[0], _POSITION(lane)) for lane in range(N_LANES)]
        while len(numbers) > 1:
            numbers = [builder.fadd(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]
        return numbers[0]

    return types.float32(lanes), generate


def _pointer(context: Any, builder: Any, kind: Any, array: Any, start: Any) -> Any:  # noqa: ANN401
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [start]), _VECTOR.as_pointer())
