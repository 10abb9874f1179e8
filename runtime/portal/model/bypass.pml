/* How proxies leave a route, as a model that spin checks in every order of events.
 *
 * What it is: the messages of docs/router.md (LockAsk, LockGrant, Offer, Bypass, Accept, Ready, Fin,
 * Settled, Closed) between the routers of one route, each in a node of its own, over connections that
 * keep their order. What it is not: introductions, objects, or two neighbours in one node. Every rule
 * by which router_reduce.cc and node_link_receive.cc refuse a message is an assertion here, so the
 * model also shows that no honest node is cut off. Checked by `./dev model`, with some of these:
 *
 *   PARCELS=n  put by each end (default 1)
 *   TWO        two adjacent proxies instead of one
 *   CRASH      the first proxy's node may die at any moment
 *   CLOSE      the left end may be closed at any moment, behind what it put
 *   MOVE       the right end may move on to a node more, also while its proxy leaves
 *   FORGE      a node that knows every nonce tries to take the right end's place
 *
 * A node has one router: an end, which is one half, or a proxy, which is two. Between two nodes there
 * is one hop at most, so the other node names it.
 */

#ifndef PARCELS
#define PARCELS 1
#endif
#ifdef TWO
#define RIGHT 3 /* the node of the right end */
#else
#define RIGHT 2
#endif
#define LEFT 0
#define FIRST_PROXY 1
#define BEYOND (RIGHT + 1) /* where the right end moves to; or the forger */
#define NODES (RIGHT + 2)
#define HALVES (2 * NODES) /* of node i: 2i towards the left, 2i + 1 towards the right */
#define NOBODY 15
#define CAP 9

mtype = { PARCEL, FIN, CLOSED, DOWN, ASK, GRANT, SETTLED, OFFER, BYPASS, ACCEPT, READY };
mtype = { FREE, ASKED, MINE, THEIRS };
mtype = { NONE, FIN_END, CLOSED_END, LOST_END };

/* Kind; a parcel's number, a node, or whether something was lost; a nonce. */
chan wire[NODES * NODES] = [CAP] of { mtype, byte, byte };
#define TO(from, to) wire[(from) * NODES + (to)]

/* Of each half: */
byte old[HALVES], cur[HALVES], next[HALVES]; /* hops, by the node at their other end */
bool side_a[HALVES];                         /* of cur */
mtype lock[HALVES];
bool asks[HALVES], settled[HALVES];          /* side A: the other end wants the lock, has settled */
mtype in_end[HALVES], out_end[HALVES];
byte offered[HALVES], told[HALVES], nonce[HALVES];
bool bypassing[HALVES], failed[HALVES];
bool is_proxy[NODES];

/* Of each node and another one: which half reads the hop between them. */
byte reader[NODES * NODES];
byte parked[NODES * NODES]; /* the nonce of an Accept that was not offered yet; 0: none */
#define READER(me, p) reader[(me) * NODES + (p)]
#define PARKED(me, p) parked[(me) * NODES + (p)]

/* What the two applications see. */
byte left_put, left_got, right_put, right_got;
byte right_end = RIGHT;
bool left_over, right_over; /* the end knows that its peer is gone */
bool left_closed, moved, crashed;

#define PARTNER(h) ((h) ^ 1)
#define NODE(h) ((h) / 2)
#define IS_SETTLED(h) (old[h] == NOBODY && next[h] == NOBODY)
/* Only who holds the hop's lock may have its neighbours connect past it. */
#define PEER_HOLDS_LOCK(h) ((side_a[h] && lock[h] == THEIRS) || (!side_a[h] && lock[h] != MINE))

/* --- What a half does ------------------------------------------------------------------------- */

inline detach(h, hop) {
  if
  :: hop != NOBODY -> READER(NODE(h), hop) = NOBODY; hop = NOBODY
  :: else
  fi
}

inline send_end(h, end) {
  if
  :: end == FIN_END ->
     if
     :: out_end[h] == NONE -> out_end[h] = FIN_END; TO(NODE(h), cur[h])!FIN,0,0
     :: else
     fi
  :: else ->
     detach(h, old[h]);
     if
     :: next[h] != NOBODY -> TO(NODE(h), next[h])!CLOSED,0,0; detach(h, next[h])
     :: else
     fi;
     if
     :: cur[h] != NOBODY ->
        if
        :: out_end[h] == NONE -> TO(NODE(h), cur[h])!CLOSED,(end == LOST_END),0
        :: else
        fi;
        detach(h, cur[h])
     :: else
     fi;
     if
     :: out_end[h] == NONE -> out_end[h] = end
     :: else
     fi
  fi
}

/* All that comes to this half was read, and this is how it ended. */
inline ended(h, end) {
  if
  :: in_end[h] != NONE
  :: in_end[h] == NONE && end == FIN_END ->
     in_end[h] = FIN_END;
     assert(is_proxy[NODE(h)]);
     send_end(PARTNER(h), FIN_END);
     if
     :: in_end[PARTNER(h)] == FIN_END ->
        detach(h, cur[h]); detach(PARTNER(h), cur[PARTNER(h)]); is_proxy[NODE(h)] = false
     :: else
     fi
  :: in_end[h] == NONE && end != FIN_END ->
     in_end[h] = end;
     if
     :: is_proxy[NODE(h)] ->
        is_proxy[NODE(h)] = false; send_end(h, CLOSED_END); send_end(PARTNER(h), end)
     :: else ->
        if
        :: NODE(h) == LEFT -> left_over = true
        :: else -> right_over = true
        fi;
        send_end(h, CLOSED_END)
     fi
  fi
}

inline grant_if_asked(h) {
  if
  :: cur[h] != NOBODY && asks[h] && lock[h] == FREE && IS_SETTLED(h) ->
     asks[h] = false; lock[h] = THEIRS; TO(NODE(h), cur[h])!GRANT,0,0
  :: else
  fi
}

inline try_lock(h) {
  if
  :: lock[h] == FREE && side_a[h] && settled[h] -> lock[h] = MINE
  :: lock[h] == FREE && !side_a[h] -> lock[h] = ASKED; TO(NODE(h), cur[h])!ASK,0,0
  :: else
  fi
}

#define MAY_LEAVE(h) \
  (cur[h] != NOBODY && IS_SETTLED(h) && in_end[h] == NONE && out_end[h] == NONE && !bypassing[h])

inline offer(stays, goes) {
  TO(NODE(stays), cur[stays])!OFFER,cur[goes],(1 + NODE(stays));
  TO(NODE(goes), cur[goes])!BYPASS,cur[stays],(1 + NODE(goes))
}

/* Whatever can be done to get this proxy out of its route. */
inline reduce(h) {
  if
  :: is_proxy[NODE(h)] && MAY_LEAVE(h) && MAY_LEAVE(PARTNER(h)) ->
     try_lock(h); try_lock(PARTNER(h));
     if
     :: lock[h] == MINE && lock[PARTNER(h)] == MINE ->
        bypassing[h] = true; bypassing[PARTNER(h)] = true;
        if
        :: offer(h, PARTNER(h))
        :: offer(PARTNER(h), h)
        fi
     :: else
     fi
  :: else
  fi
}

inline switch_to(h, node, a) {
  if
  :: out_end[h] == NONE -> TO(NODE(h), cur[h])!FIN,0,0
  :: else
  fi;
  old[h] = cur[h]; cur[h] = node; READER(NODE(h), node) = h;
  side_a[h] = a; lock[h] = FREE; asks[h] = false; settled[h] = false;
  told[h] = NOBODY; offered[h] = NOBODY
}

inline accept(h, node) {
  switch_to(h, node, false);
  TO(NODE(h), node)!READY,0,0
}

inline deliver(h, number) {
  if
  :: is_proxy[NODE(h)] ->
     if
     :: out_end[PARTNER(h)] == NONE -> TO(NODE(h), cur[PARTNER(h)])!PARCEL,number,0
     :: else
     fi
  :: !is_proxy[NODE(h)] && NODE(h) == LEFT && in_end[h] == NONE ->
     assert(number == left_got); left_got++
  :: !is_proxy[NODE(h)] && NODE(h) == right_end && in_end[h] == NONE ->
     assert(number == right_got); right_got++
  :: else
  fi
}

/* --- What a node does with a message ---------------------------------------------------------- */

inline on_message(me, p, h) {
  if
  :: kind == ACCEPT ->
     /* An offer is for one node and one nonce. */
     if
     :: READER(me, p) == NOBODY && offered[2 * me] == p && nonce[2 * me] == word -> accept(2 * me, p)
     :: READER(me, p) == NOBODY && offered[2 * me + 1] == p && nonce[2 * me + 1] == word ->
        accept(2 * me + 1, p)
     :: else -> PARKED(me, p) = word
     fi
  :: kind != ACCEPT && PARKED(me, p) != 0 ->
     /* Withdrawn; anything else on a parked hop cuts its sender off. */
     assert(kind == CLOSED || kind == DOWN || p == BEYOND);
     PARKED(me, p) = 0
  :: kind != ACCEPT && PARKED(me, p) == 0 && h == NOBODY /* nobody reads it any more */
  :: kind != ACCEPT && PARKED(me, p) == 0 && h != NOBODY ->
     if
     :: kind == PARCEL -> assert(p != next[h]); deliver(h, number)
     :: (kind == CLOSED || kind == DOWN || kind == FIN) && p == next[h] ->
        assert(kind != FIN);
        detach(h, next[h]); failed[h] = true
     :: kind == FIN && p == old[h] ->
        detach(h, old[h]);
        if
        :: !side_a[h] -> TO(me, cur[h])!SETTLED,0,0
        :: else
        fi;
        reduce(h); grant_if_asked(h)
     :: kind == FIN && p == cur[h] ->
        assert(bypassing[h] || (told[h] != NOBODY && failed[h]));
        if
        :: failed[h] -> ended(h, LOST_END)
        :: else -> ended(h, FIN_END)
        fi
     :: (kind == CLOSED || kind == DOWN) && p != next[h] ->
        if
        :: kind == DOWN || number != 0 -> ended(h, LOST_END)
        :: else -> ended(h, CLOSED_END)
        fi
     :: kind == ASK ->
        if
        :: p == cur[h] ->
           assert(side_a[h] && !asks[h] && lock[h] != THEIRS);
           asks[h] = true; settled[h] = true; grant_if_asked(h)
        :: else
        fi
     :: kind == GRANT ->
        if
        :: p == cur[h] -> assert(!side_a[h] && lock[h] == ASKED); lock[h] = MINE; reduce(h)
        :: else
        fi
     :: kind == SETTLED ->
        if
        :: p == cur[h] -> assert(side_a[h] && !settled[h]); settled[h] = true; reduce(h)
        :: else
        fi
     :: kind == OFFER ->
        assert(p == cur[h] && IS_SETTLED(h) && PEER_HOLDS_LOCK(h) && offered[h] == NOBODY &&
               told[h] == NOBODY);
        offered[h] = number; nonce[h] = word;
        if
        :: PARKED(me, number) == word -> PARKED(me, number) = 0; accept(h, number)
        :: else
        fi
     :: kind == BYPASS ->
        assert(p == cur[h] && IS_SETTLED(h) && PEER_HOLDS_LOCK(h) && offered[h] == NOBODY &&
               told[h] == NOBODY);
        told[h] = number; next[h] = number; READER(me, number) = h;
        TO(me, number)!ACCEPT,0,word
     :: kind == READY ->
        assert(p == next[h]);
        next[h] = NOBODY; switch_to(h, p, true)
     fi
  fi
}

/* What arrives on a hop waits until its predecessor ended; an end by Fin waits for what comes next. */
#define IS_STREAM(p, me)                                                                   \
  (TO(p, me)?[PARCEL,_,_] || TO(p, me)?[FIN,_,_] || TO(p, me)?[CLOSED,_,_] || TO(p, me)?[DOWN,_,_])
#define WAITS(p, me)                                                                       \
  (READER(me, p) != NOBODY && cur[READER(me, p)] == p &&                                   \
   ((old[READER(me, p)] != NOBODY && IS_STREAM(p, me)) ||                                  \
    (next[READER(me, p)] != NOBODY && TO(p, me)?[FIN,_,_])))
#define RECEIVE(p)                                                                         \
  :: atomic {                                                                              \
       p != me && nempty(TO(p, me)) && !WAITS(p, me) ->                                    \
       TO(p, me)?kind,number,word; h = READER(me, p); on_message(me, p, h); h = 0; number = 0; \
       word = 0; kind = PARCEL                                                             \
     }

proctype Node(byte me) {
  mtype kind = PARCEL;
  byte number, word, h;
end:
  do
  RECEIVE(0)
  RECEIVE(1)
  RECEIVE(2)
  RECEIVE(3)
#ifdef TWO
  RECEIVE(4)
#endif
  :: atomic {
       me == LEFT && !left_closed && !left_over && left_put < PARCELS ->
       TO(me, cur[1])!PARCEL,left_put,0; left_put++
     }
  :: atomic {
       me == right_end && !right_over && right_put < PARCELS ->
       TO(me, cur[2 * me])!PARCEL,right_put,0; right_put++
     }
#ifdef CLOSE
  :: atomic {
       me == LEFT && !left_closed && !left_over ->
       left_closed = true; in_end[1] = CLOSED_END; send_end(1, CLOSED_END)
     }
#endif
#ifdef MOVE
  :: atomic {
       me == RIGHT && right_end == RIGHT && !right_over && !moved ->
       moved = true; right_end = BEYOND; is_proxy[RIGHT] = true;
       cur[2 * RIGHT + 1] = BEYOND; side_a[2 * RIGHT + 1] = true; settled[2 * RIGHT + 1] = true;
       READER(RIGHT, BEYOND) = 2 * RIGHT + 1;
       cur[2 * BEYOND] = RIGHT; READER(BEYOND, RIGHT) = 2 * BEYOND;
       reduce(2 * RIGHT)
     }
#endif
#ifdef CRASH
  :: atomic {
       me == FIRST_PROXY && !crashed ->
       crashed = true;
       for (h : 0 .. NODES - 1) {
         if
         :: h != me -> TO(me, h)!DOWN,0,0
         :: else
         fi
       }
       is_proxy[me] = false;
       break
     }
#endif
  od;
  /* A dead node reads nothing; its connections swallow what others send. */
end_dead:
  do
  :: nempty(TO(0, me)) -> TO(0, me)?kind,number,word
  :: nempty(TO(2, me)) -> TO(2, me)?kind,number,word
  :: nempty(TO(3, me)) -> TO(3, me)?kind,number,word
#ifdef TWO
  :: nempty(TO(4, me)) -> TO(4, me)?kind,number,word
#endif
  od
}

/* Tries to take part at the end that stays, whichever nonce that was told. */
proctype Forger() {
  byte word;
  select(word : 1 .. 3);
  TO(BEYOND, LEFT)!ACCEPT,0,word;
  TO(BEYOND, LEFT)!PARCEL,99,0
}

/* --- When all is quiet ------------------------------------------------------------------------- */

proctype Judge() {
  timeout;
  /* Nobody waits for ever: each end got all, or knows that its peer is gone. */
  assert(right_over || right_got == left_put);
  assert(left_over || left_closed || left_got == right_put);
  /* A closure reaches the other end, and so does a loss. */
  assert(!left_closed || right_over);
  assert(left_over == right_over || left_closed);
  if
  :: !crashed ->
     /* Nothing was lost, not even in front of a closure. */
     assert(right_got == left_put);
     assert(left_closed || (!left_over && !right_over));
     /* And every proxy has left. */
     assert(!is_proxy[1] && !is_proxy[2]);
     if
     :: !left_closed -> assert(cur[1] == right_end && cur[2 * right_end] == LEFT)
     :: else
     fi
  :: else
  fi
}

init {
  byte i;
  atomic {
    for (i : 0 .. HALVES - 1) {
      old[i] = NOBODY; cur[i] = NOBODY; next[i] = NOBODY; offered[i] = NOBODY; told[i] = NOBODY;
      lock[i] = FREE; in_end[i] = NONE; out_end[i] = NONE
    }
    for (i : 0 .. NODES * NODES - 1) { reader[i] = NOBODY }
    /* The left end made each hop: the portal went from node to node. */
    for (i : 0 .. RIGHT - 1) {
      cur[2 * i + 1] = i + 1; side_a[2 * i + 1] = true; settled[2 * i + 1] = true;
      READER(i, i + 1) = 2 * i + 1;
      cur[2 * i + 2] = i; READER(i + 1, i) = 2 * i + 2
    }
    for (i : 1 .. RIGHT - 1) { is_proxy[i] = true }
    for (i : 1 .. RIGHT - 1) { reduce(2 * i) }
    for (i : 0 .. RIGHT) { run Node(i) }
#ifdef MOVE
    run Node(BEYOND);
#endif
#ifdef FORGE
    run Forger();
#endif
    run Judge()
  }
}
