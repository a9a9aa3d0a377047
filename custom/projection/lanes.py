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
def load_whole(_: Any, array: Any, start: Any) -> Any:  # noqa: ANN401
    """Return array[start : start + 8] of a contiguous uint16 array as float32; nothing checks the bounds."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        kind = ir.VectorType(ir.IntType(16), N_LANES)
        whole = builder.load(builder.bitcast(builder.gep(data, [arguments[1]]), kind.as_pointer()))
        whole.align = 2
        return builder.uitofp(whole, _VECTOR)

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
def gather(_: Any, array: Any, places: Any, start: Any) -> Any:  # noqa: ANN401
    """Return array[places[start : start + 8]] of contiguous float32 and int32 arrays; nothing checks the bounds."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        lanes = ir.Constant(_VECTOR, ir.Undefined)
        for lane, pointer in enumerate(_pointers(context, builder, signature.args, arguments)):
            lanes = builder.insert_element(lanes, builder.load(pointer), _POSITION(lane))
        return lanes

    return LANES(array, places, start), generate


@intrinsic
def scatter_add(_: Any, lanes: Any, array: Any, places: Any, start: Any) -> Any:  # noqa: ANN401
    """Add lanes to array[places[start : start + 8]] one after the other; arrays as in `gather`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        for lane, pointer in enumerate(_pointers(context, builder, signature.args[1:], arguments[1:])):
            number = builder.extract_element(arguments[0], _POSITION(lane))
            builder.store(builder.fadd(builder.load(pointer), number), pointer)
        return context.get_dummy_value()

    return types.void(lanes, array, places, start), generate


@intrinsic
def prefetch(_: Any, array: Any, index: Any) -> Any:  # noqa: ANN401
    """Ask the processor to have array[index] of a contiguous array at hand soon; any index will do."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        flag, byte = ir.IntType(32), ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [byte, flag, flag, flag])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        address = builder.bitcast(builder.gep(data, [arguments[1]]), byte)
        builder.call(function, [address, flag(0), flag(3), flag(1)])  # to read, soon and often, data
        return context.get_dummy_value()

    return types.void(array, index), generate


@intrinsic
def every(_: Any, value: Any) -> Any:  # noqa: ANN401
    """Return lanes that all hold one float32 number."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:  # noqa: ANN401
        undefined = ir.Constant(_VECTOR, ir.Undefined)
        first = builder.insert_element(undefined, arguments[0], _POSITION(0))
        everywhere = ir.Constant(ir.VectorType(_POSITION, N_LANES), [0] * N_LANES)
        return builder.shuffle_vector(first, undefined, everywhere)

    return LANES(value), generate


@intrinsic(prefer_literal=True)
def spread(_: Any, lanes: Any, position: Any) -> Any:  # noqa: ANN401
    """Return lanes that all hold the number at one position, which must be written as a number."""
    everywhere = ir.Constant(ir.VectorType(_POSITION, N_LANES), [position.literal_value] * N_LANES)

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:  # noqa: ANN401
        return builder.shuffle_vector(arguments[0], ir.Constant(_VECTOR, ir.Undefined), everywhere)

    return LANES(lanes, position), generate


@intrinsic
def multiply_add(_: Any, first: Any, second: Any, summand: Any) -> Any:  # noqa: ANN401
    """Return first · second + summand, lane by lane."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:  # noqa: ANN401
        kind = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
        function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fmuladd.v{N_LANES}f32")
        return builder.call(function, arguments)

    return LANES(first, second, summand), generate


def _pointer(context: Any, builder: Any, kind: Any, array: Any, start: Any) -> Any:  # noqa: ANN401
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [start]), _VECTOR.as_pointer())


def _pointers(context: Any, builder: Any, kinds: Any, arguments: Any) -> Any:  # noqa: ANN401
    """Yield pointers to eight numbers of an array, at places that another array holds from a start."""
    array, places = (
        context.make_array(kind)(context, builder, argument).data
        for kind, argument in zip(kinds[:2], arguments[:2], strict=True)
    )
    for lane in range(N_LANES):
        position = builder.add(arguments[2], ir.Constant(arguments[2].type, lane))
        place = builder.sext(builder.load(builder.gep(places, [position])), ir.IntType(64))
        yield builder.gep(array, [place])
