// Detached: the return type of a coroutine that nobody waits for.
//
// What it is: enough of a coroutine type to write `co_await actor->SendX()` in author's code. What
// it is not: a task library; a coroutine of any other library may await a Reply as well.
//
//   ipdl::Detached Greet(ipdl::RefPtr<FooChild> foo) {      // pass RefPtrs and values: the
//     auto answer = co_await foo->SendAsk("who");           // coroutine outlives its caller
//     if (answer.ok()) std::puts(answer->c_str());
//   }
//   Greet(foo);                                             // runs up to the first co_await
//
// It starts at once and frees itself at its end. Every Reply is answered in the end, so it never
// lingers as long as the loop runs.

#ifndef IPDL_GLUE_DETACHED_H_
#define IPDL_GLUE_DETACHED_H_

#include <coroutine>
#include <cstdlib>

namespace ipdl {

struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::abort(); }  // for authors who build with exceptions
  };
};

}  // namespace ipdl

#endif  // IPDL_GLUE_DETACHED_H_
