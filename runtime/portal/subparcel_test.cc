// Objects of the application on their way to another node: they become parcels inside the parcel.

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "runtime/portal/portal_fixture_for_test.h"

namespace ipdl::portal {
namespace {

// An object of the application: a text, and handles that go with it.
struct Note {
  std::string text;
  std::vector<IpczHandle> handles;
  IpczResult verdict = IPCZ_RESULT_OK;
  int destroyed = 0;

  static IpczResult IPCZ_API Serialize(uintptr_t object, uint32_t, const void*, volatile void* data,
                                       size_t* num_bytes, IpczHandle* handles,
                                       size_t* num_handles) {
    Note& note = *reinterpret_cast<Note*>(object);
    if (note.verdict != IPCZ_RESULT_OK) return note.verdict;
    const size_t byte_room = num_bytes == nullptr ? 0 : *num_bytes;
    const size_t handle_room = num_handles == nullptr ? 0 : *num_handles;
    if (num_bytes != nullptr) *num_bytes = note.text.size();
    if (num_handles != nullptr) *num_handles = note.handles.size();
    if (byte_room < note.text.size() || handle_room < note.handles.size()) {
      return IPCZ_RESULT_RESOURCE_EXHAUSTED;
    }
    if (!note.text.empty()) {
      std::memcpy(const_cast<void*>(data), note.text.data(), note.text.size());
    }
    for (size_t i = 0; i < note.handles.size(); ++i) handles[i] = note.handles[i];
    return IPCZ_RESULT_OK;
  }
  static void IPCZ_API Destroy(uintptr_t object, uint32_t, const void*) {
    ++reinterpret_cast<Note*>(object)->destroyed;
  }
};

class SubparcelTest : public PortalFixture {
 public:
  SubparcelTest() : broker_(NewBroker()), client_(NewNode()), link_(Connect(broker_, client_)) {}
  ~SubparcelTest() override { CloseAll({link_.a, link_.b}); }

  IpczHandle BoxNote(Note* note, bool with_serializer = true) {
    IpczBoxContents contents = {};
    contents.size = sizeof(contents);
    contents.type = IPCZ_BOX_TYPE_APPLICATION_OBJECT;
    contents.object.application_object = reinterpret_cast<uintptr_t>(note);
    contents.serializer = with_serializer ? &Note::Serialize : nullptr;
    contents.destructor = &Note::Destroy;
    IpczHandle box = 0;
    EXPECT_EQ(IPCZ_RESULT_OK, ipcz().Box(broker_, &contents, 0, nullptr, &box));
    return box;
  }
  IpczHandle UnboxParcel(IpczHandle box) {
    IpczBoxContents contents = {};
    contents.size = sizeof(contents);
    EXPECT_EQ(IPCZ_RESULT_OK, ipcz().Unbox(box, 0, nullptr, &contents));
    EXPECT_EQ(IPCZ_BOX_TYPE_SUBPARCEL, contents.type);
    return contents.object.subparcel;
  }

  const IpczHandle broker_;
  const IpczHandle client_;
  const Portals link_;
};

TEST_F(SubparcelTest, AnObjectArrivesAsAParcel) {
  const Portals pair = Open(broker_);
  Note note = {"hello", {pair.b, BoxBlob(broker_, "blob")}};
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link_.a, "main", {BoxNote(&note)}));
  EXPECT_EQ(1, note.destroyed);
  const Got got = WaitToGet(link_.b);
  EXPECT_EQ("main", got.text);
  ASSERT_EQ(1u, got.handles.size());
  const IpczHandle parcel = UnboxParcel(got.handles[0]);
  const Got inner = Get(parcel);
  EXPECT_EQ("hello", inner.text);
  ASSERT_EQ(2u, inner.handles.size());
  EXPECT_EQ("blob", UnboxBlob(inner.handles[1]));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, "reaches the inner portal"));
  EXPECT_EQ("reaches the inner portal", WaitToGet(inner.handles[0]).text);
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().Reject(parcel, 5, 0, nullptr));
  CloseAll({pair.a, inner.handles[0], parcel});
}

TEST_F(SubparcelTest, AnEmptyObjectArrivesAsAnEmptyParcel) {
  Note note;
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link_.a, "", {BoxNote(&note)}));
  EXPECT_EQ(1, note.destroyed);
  const IpczHandle parcel = UnboxParcel(WaitToGet(link_.b).handles.at(0));
  const Got inner = Get(parcel);
  EXPECT_EQ("", inner.text);
  EXPECT_TRUE(inner.handles.empty());
  CloseAll({parcel});
}

TEST_F(SubparcelTest, AReceivedSubparcelTravelsOn) {
  Note note = {"again", {}};
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link_.a, "", {BoxNote(&note)}));
  IpczHandle box = WaitToGet(link_.b).handles.at(0);
  IpczBoxContents contents = {};
  contents.size = sizeof(contents);
  // Looking at it twice shows the same parcel, and takes nothing.
  ASSERT_EQ(IPCZ_RESULT_OK, ipcz().Unbox(box, IPCZ_UNBOX_PEEK, nullptr, &contents));
  const IpczHandle peeked = contents.object.subparcel;
  ASSERT_EQ(IPCZ_RESULT_OK, ipcz().Unbox(box, IPCZ_UNBOX_PEEK, nullptr, &contents));
  EXPECT_EQ(peeked, contents.object.subparcel);
  EXPECT_EQ("again", Get(peeked).text);
  const Portals local = Open(client_);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(local.a, "", {box}));
  box = Get(local.b).handles.at(0);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link_.b, "", {box}));
  const IpczHandle parcel = UnboxParcel(WaitToGet(link_.a).handles.at(0));
  EXPECT_EQ("again", Get(parcel).text);
  CloseAll({parcel, local.a, local.b});
}

TEST_F(SubparcelTest, WithoutSerializerAnObjectCannotBePutTowardsAnotherNode) {
  Note note;
  const IpczHandle box = BoxNote(&note, false);
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Put(link_.a, "", {box}));
  EXPECT_EQ(0, note.destroyed);
  EXPECT_EQ(IPCZ_RESULT_OK, Close(box));
  EXPECT_EQ(1, note.destroyed);
}

TEST_F(SubparcelTest, WhatCannotBeSerializedOnTheWayLeavesNoHole) {
  // It was put while the route was local, and then the receiving end moved.
  const Portals pair = Open(broker_);
  Note without;
  Note refusing;
  refusing.verdict = IPCZ_RESULT_FAILED_PRECONDITION;
  Note failing;
  failing.verdict = IPCZ_RESULT_INTERNAL;
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, "one", {BoxNote(&without, false)}));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, "two", {BoxNote(&refusing), BoxNote(&failing)}));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, "three"));
  const IpczHandle moved = Move(pair.b, link_.a, link_.b);
  for (const char* text : {"one", "two", "three"}) {
    const Got got = WaitToGet(moved);
    EXPECT_EQ(text, got.text);
    for (const IpczHandle box : got.handles) {
      const IpczHandle parcel = UnboxParcel(box);
      EXPECT_EQ("", Get(parcel).text);
      CloseAll({parcel});
    }
  }
  EXPECT_EQ(1, without.destroyed);
  EXPECT_EQ(1, refusing.destroyed);
  EXPECT_EQ(1, failing.destroyed);
  CloseAll({pair.a, moved});
}

TEST_F(SubparcelTest, AParcelHoldsAThousandAndMore) {
  std::vector<Note> notes(1024);
  std::vector<IpczHandle> boxes;
  for (size_t i = 0; i < notes.size(); ++i) {
    notes[i].text = std::to_string(i);
    boxes.push_back(BoxNote(&notes[i]));
  }
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link_.a, "", std::vector(boxes.begin(), boxes.end() - 1)));
  const Got got = WaitToGet(link_.b);
  ASSERT_EQ(1023u, got.handles.size());
  for (size_t i = 0; i < got.handles.size(); ++i) {
    const IpczHandle parcel = UnboxParcel(got.handles[i]);
    EXPECT_EQ(std::to_string(i), Get(parcel).text);
    CloseAll({parcel});
  }
  CloseAll({boxes.back()});
}

TEST_F(SubparcelTest, ASubparcelInsideASubparcelIsLeftOut) {
  Note inner = {"inner", {}};
  Note outer = {"outer", {BoxNote(&inner)}};
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link_.a, "", {BoxNote(&outer)}));
  const IpczHandle parcel = UnboxParcel(WaitToGet(link_.b).handles.at(0));
  const Got got = Get(parcel);
  EXPECT_EQ("outer", got.text);
  EXPECT_TRUE(got.handles.empty());
  EXPECT_EQ(1, inner.destroyed);
  CloseAll({parcel});
}

}  // namespace
}  // namespace ipdl::portal
