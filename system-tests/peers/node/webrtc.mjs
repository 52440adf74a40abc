// A page that connects to peers with what a browser has: RTCPeerConnection, and a client of @clasp-to/core for the
// signals. The commands are those of the Java program WebRtcPeerProgram.

const SIGNAL = '/clasp/p2p/signal/';
const ANNOUNCE = '/clasp/p2p/announce';
const RELAY = ['webrtc', 'reliable', 'unreliable', 'relay'];

const hex = (bytes) => [...bytes.subarray(0, 32)].map((b) => b.toString(16).padStart(2, '0')).join('');

/** Candidates as native reference peers write them: no mid, no fragment. */
const asReference = ({ candidate }) => ({ candidate, sdpMid: '', sdpMLineIndex: 0, usernameFragment: null });

export function createPeers(client, tell, { reference = false, silent = false, loseCandidates = false } = {}) {
  const own = client.session;
  const peers = new Map();

  const signal = (to, type, more) => client.emit(SIGNAL + to, { type, from: own, ...more });

  function open(peer, correlation) {
    const connection = new RTCPeerConnection({ iceServers: [] });
    const entry = { connection, correlation, channels: {}, early: [], described: false, waiting: [] };
    peers.set(peer, entry);
    connection.onicecandidate = ({ candidate }) => {
      if (!candidate || candidate.candidate === '' || loseCandidates) {
        return;
      }
      const json = JSON.stringify(reference ? asReference(candidate) : candidate.toJSON());
      const send = () => signal(peer, 'ice_candidate', { candidate: json, correlation_id: correlation });
      entry.described ? send() : entry.waiting.push(send);
    };
    connection.ondatachannel = ({ channel }) => adopt(peer, entry, channel);
    return entry;
  }

  function adopt(peer, entry, channel) {
    channel.binaryType = 'arraybuffer';
    entry.channels[channel.label] = channel;
    const { label, ordered, maxRetransmits, protocol } = channel;
    channel.onopen = () => {
      tell({ notice: 'p2p-channel', peer, label, ordered, maxRetransmits, protocol });
      if (label === 'clasp-reliable') {
        signal(peer, 'connected', { correlation_id: entry.correlation });
        tell({ notice: 'p2p-connected', peer });
      }
    };
    channel.onmessage = ({ data }) => {
      const bytes = new Uint8Array(data);
      const reliable = label === 'clasp-reliable';
      tell({ notice: 'p2p-data', peer, length: bytes.length, start: hex(bytes), reliable, route: 'PEER' });
    };
    channel.onclose = () => tell({ notice: 'p2p-channel-closed', peer, label });
  }

  async function describe(peer, entry, type) {
    await entry.connection.setLocalDescription();
    signal(peer, type, { sdp: entry.connection.localDescription.sdp, correlation_id: entry.correlation });
    entry.described = true;
    entry.waiting.splice(0).forEach((send) => send());
  }

  async function accept(entry, type, sdp) {
    await entry.connection.setRemoteDescription({ type, sdp });
    for (const candidate of entry.early.splice(0)) {
      await entry.connection.addIceCandidate(candidate);
    }
  }

  async function received(message) {
    const { type, from: peer, correlation_id: correlation } = message;
    const entry = peers.get(peer);
    tell({ notice: 'p2p-signal', type, peer });
    if (type === 'offer' && !silent) {
      const made = open(peer, correlation);
      await accept(made, 'offer', message.sdp);
      await describe(peer, made, 'answer');
    } else if (type === 'announce' && message.answer) {
      signal(peer, 'announce', { session_id: own, p2p_capable: true, features: RELAY, answer: false });
    } else if (type === 'relay') {
      for (const bytes of message.data) {
        const { length } = bytes;
        tell({ notice: 'p2p-data', peer, length, start: hex(bytes), reliable: message.reliable, route: 'RELAY' });
      }
    } else if (entry?.correlation === correlation) {
      if (type === 'answer') {
        await accept(entry, 'answer', message.sdp);
      } else if (type === 'ice_candidate') {
        const candidate = JSON.parse(message.candidate);
        tell({ notice: 'p2p-candidate', peer, candidate: message.candidate });
        if (entry.connection.remoteDescription) {
          await entry.connection.addIceCandidate(candidate);
        } else {
          entry.early.push(candidate);
        }
      } else if (type === 'disconnected') {
        entry.connection.close();
        peers.delete(peer);
        tell({ notice: 'p2p-disconnected', peer, reason: message.reason });
      }
    }
  }

  // One after the other: a candidate must not overtake the description that it belongs to.
  let queue = Promise.resolve();
  client.subscribe(SIGNAL + own, (value) => {
    queue = queue.then(() => received(value)).catch((error) => tell({ notice: 'p2p-error', text: String(error) }));
  });
  client.subscribe(ANNOUNCE, (value) => tell({ notice: 'p2p-announced', peer: value.session_id }));
  client.emit(ANNOUNCE, { session_id: own, p2p_capable: true, features: ['webrtc', 'reliable', 'unreliable'] });

  return {
    async 'p2p-connect'({ peer }) {
      const entry = open(peer, `${own}-${peer}-${crypto.randomUUID?.() ?? Math.random()}`);
      adopt(peer, entry, entry.connection.createDataChannel('clasp-reliable', { ordered: true }));
      adopt(peer, entry, entry.connection.createDataChannel('clasp', { ordered: false, maxRetransmits: 0 }));
      await describe(peer, entry, 'offer');
    },
    'p2p-send'({ peer, text, size = 0, reliable = true, relay = false }) {
      const bytes = text === undefined ? new Uint8Array(size) : new TextEncoder().encode(text);
      if (relay) {
        signal(peer, 'relay', { data: [bytes], reliable });
      } else {
        peers.get(peer).channels[reliable ? 'clasp-reliable' : 'clasp'].send(bytes);
      }
    },
    'p2p-disconnect'({ peer }) {
      const entry = peers.get(peer);
      signal(peer, 'disconnected', { correlation_id: entry.correlation, reason: 'User requested disconnect' });
      entry.connection.close();
      peers.delete(peer);
    },
  };
}
